import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { type ChainHead, emptyChain, sealEntry } from '../../../src/domain/log/entry.ts'
import { sha256Hex } from '../../../src/platform/node/ed25519.ts'
import { samplePins, sampleSite } from '../../../tools/sample-site.ts'
import { commands } from '../../../tools/setup/commands.mjs'
import { progressSchema } from '../../bench/catch-up.ts'
import { startJson } from '../../bench/json-process.ts'
import { linkDraft } from '../../bench/long-log.ts'
import { residentMb } from '../../bench/memory.ts'
import { makeLongLog } from '../../bench/screenless.ts'
import { median } from '../../bench/stats.ts'
import { startHubProcess } from '../../support/hub-process.ts'

const root = join(import.meta.dirname, '..', '..', '..')
const folder = mkdtempSync(join(tmpdir(), 'scanside-memory-'))
afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }))

const limitMb = 200
/** What warming up and the moments of the collector make; what grew with the log took twice that and more. */
const playMb = 45
const few = 20_000
const many = 120_000

/** A log of so many entries as JSON Lines. */
function linesFile(count: number): string {
  const lines: string[] = []
  let head: ChainHead = emptyChain
  for (let index = 0; index < count; index += 1) {
    const entry = sealEntry(head, linkDraft('d-memory', index), sha256Hex)
    lines.push(JSON.stringify(entry))
    head = entry
  }
  const file = join(folder, `${count}.jsonl`)
  writeFileSync(file, `${lines.join('\n')}\n`)
  return file
}

/** The most that the verifier had in memory, MB. */
function verifyPeakMb(count: number): number {
  const tellPeak = 'process.on("exit", () => console.error(process.resourceUsage().maxRSS))'
  const args = [
    ...(commands.verify?.node ?? []),
    '--import',
    `data:text/javascript,${encodeURIComponent(tellPeak)}`,
    join(root, commands.verify?.script ?? ''),
    linesFile(count),
  ]
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  expect(stderr).toMatch(/^\d+\n$/)
  expect(stdout).toContain(`Complete log: ${count} entries`)
  expect(status).toBe(0)
  return (Number(stderr) * 1024) / 1e6
}

describe('memory does not grow with the log', { timeout: 300_000 }, () => {
  it('of verify', () => {
    const [small, large] = [verifyPeakMb(few), verifyPeakMb(many)]
    console.log(`verify: ${few} entries ${small.toFixed(0)} MB, ${many} entries ${large.toFixed(0)} MB`)
    expect(large - small).toBeLessThan(playMb)
    expect(large).toBeLessThan(limitMb)
  })

  it('of workstation and hub in a catch-up', async () => {
    const entries = many
    const room = join(folder, 'room')
    await makeLongLog({ samples: 1, entries, at: () => undefined }, room)
    const hub = await startHubProcess({ site: sampleSite(new Date(), samplePins) })
    try {
      const code = await hub.issueEnrolmentCode('ct-2')
      const script = join(root, 'tests', 'bench', 'catching-up.ts')
      const catching = startJson(script, [room, hub.url, code], progressSchema)
      const looks: { readonly done: number; readonly room: number; readonly hub: number }[] = []
      try {
        for await (const { done } of catching.lines) {
          // The last line is written by a process that is about to end.
          if (done < entries) looks.push({ done, room: residentMb(catching.pid), hub: residentMb(hub.pid()) })
        }
      } finally {
        await catching.stop()
      }
      for (const who of ['room', 'hub'] as const) {
        const between = (from: number, to: number) =>
          median(looks.filter(({ done }) => done > from && done <= to).map((look) => look[who]))
        const [early, late] = [between(few, few * 2), between(entries - few, entries)]
        console.log(
          `${who}: ${early.toFixed(0)} MB after ${few} entries, ${late.toFixed(0)} MB after ${entries}`,
        )
        expect(late - early).toBeLessThan(playMb)
        expect(late).toBeLessThan(limitMb)
      }
    } finally {
      await hub.stop()
    }
  })
})
