import type { BrowserContext, Page } from '@playwright/test'

declare global {
  interface Window {
    /** The loudest sample that the page's audio graph has sent to the loudspeaker since the last question. */
    loudest: () => number
  }
}

/** Lets a test hear what the page's audio graph sends to the loudspeaker. Call before the page is opened. */
export async function listenIn(context: BrowserContext): Promise<void> {
  await context.addInitScript(() => {
    let peak = 0
    const connect = AudioNode.prototype.connect as (target: AudioNode | AudioParam) => AudioNode
    AudioNode.prototype.connect = function (this: AudioNode, target: AudioNode | AudioParam) {
      if (target instanceof AudioDestinationNode) {
        const ear = target.context.createAnalyser()
        connect.call(this, ear)
        const samples = new Float32Array(ear.fftSize)
        setInterval(() => {
          ear.getFloatTimeDomainData(samples)
          for (const sample of samples) peak = Math.max(peak, Math.abs(sample))
        }, 20)
      }
      return connect.call(this, target)
    } as typeof AudioNode.prototype.connect
    window.loudest = () => {
      const heard = peak
      peak = 0
      return heard
    }
  })
}

/** The peak since this was last asked, 0..1. */
export const loudest = (page: Page): Promise<number> => page.evaluate(() => window.loudest())
