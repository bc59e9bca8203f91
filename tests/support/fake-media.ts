import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** What a browser's synthetic camera and microphone deliver: files that Chromium loops. */
export type FakeMedia = { readonly video: string; readonly audio: string }

const width = 320
const height = 240
const framesPerS = 10
const frames = 20
const sampleRate = 48_000

/**
 * Writes a picture of one colour with a white mark that moves (so that every frame is a new one), and a tone.
 * @param colour `#rrggbb`
 * @param toneHz whole hertz, so that the loop has no seam
 */
export function writeFakeMedia(folder: string, colour: string, toneHz: number): FakeMedia {
  const name = colour.replace('#', '')
  const video = join(folder, `camera-${name}.y4m`)
  const audio = join(folder, `microphone-${toneHz}.wav`)
  writeFileSync(video, movingPicture(colour))
  writeFileSync(audio, tone(toneHz))
  return { video, audio }
}

/** Chromium's switches for such files. */
export const fakeMediaArgs = ({ video, audio }: FakeMedia): string[] => [
  `--use-file-for-fake-video-capture=${video}`,
  `--use-file-for-fake-audio-capture=${audio}`,
]

/** YUV4MPEG2 in 4:2:0, colours as BT.601 in video range. */
function movingPicture(colour: string): Buffer {
  const [y, u, v] = yuvOf(colour)
  const header = Buffer.from(`YUV4MPEG2 W${width} H${height} F${framesPerS}:1 Ip A1:1 C420jpeg\n`)
  const parts: Buffer[] = [header]
  for (let frame = 0; frame < frames; frame += 1) {
    const luma = Buffer.alloc(width * height, y)
    const left = Math.floor((frame / frames) * (width - 16))
    for (let row = 0; row < 16; row += 1) luma.fill(235, row * width + left, row * width + left + 16)
    const chroma = (width / 2) * (height / 2)
    parts.push(Buffer.from('FRAME\n'), luma, Buffer.alloc(chroma, u), Buffer.alloc(chroma, v))
  }
  return Buffer.concat(parts)
}

function yuvOf(colour: string): readonly [number, number, number] {
  const [r = 0, g = 0, b = 0] = (colour.match(/[0-9a-f]{2}/gi) ?? []).map((part) => Number.parseInt(part, 16))
  return [
    Math.round(16 + (65.481 * r + 128.553 * g + 24.966 * b) / 255),
    Math.round(128 + (-37.797 * r - 74.203 * g + 112 * b) / 255),
    Math.round(128 + (112 * r - 93.786 * g - 18.214 * b) / 255),
  ]
}

/** One second of a sine at a quarter of full scale: WAV, 16 bit, mono. */
function tone(hz: number): Buffer {
  const data = Buffer.alloc(sampleRate * 2)
  for (let n = 0; n < sampleRate; n += 1)
    data.writeInt16LE(Math.round(8192 * Math.sin((2 * Math.PI * hz * n) / sampleRate)), n * 2)
  const header = Buffer.alloc(44)
  header.write('RIFF', 0)
  header.writeUInt32LE(36 + data.length, 4)
  header.write('WAVEfmt ', 8)
  header.writeUInt32LE(16, 16)
  header.writeUInt16LE(1, 20)
  header.writeUInt16LE(1, 22)
  header.writeUInt32LE(sampleRate, 24)
  header.writeUInt32LE(sampleRate * 2, 28)
  header.writeUInt16LE(2, 32)
  header.writeUInt16LE(16, 34)
  header.write('data', 36)
  header.writeUInt32LE(data.length, 40)
  return Buffer.concat([header, data])
}
