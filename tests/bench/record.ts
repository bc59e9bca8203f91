import { join } from 'node:path'
import { type Browser, chromium } from '@playwright/test'
import type { LogEntry } from '../../src/domain/log/entry.ts'
import { documentBundle } from '../../src/domain/record/fhir/bundle.ts'
import { recordHtml } from '../../src/domain/record/record-html.ts'
import { type SessionRecord, sessionRecord } from '../../src/domain/record/session-record.ts'
import { recordEntries } from '../../src/domain/record/span.ts'
import { srDataset } from '../../src/domain/record/sr/sr-dataset.ts'
import { timelineCsv } from '../../src/domain/record/timeline-csv.ts'
import { dicomFileAside } from '../../src/platform/node/dicom-aside.ts'
import { sha256Hex } from '../../src/platform/node/ed25519.ts'
import { browserArgs, findBrowser } from '../../tools/setup/browser.mjs'
import { inject, readyToInject, samplePolicy } from '../unit/domain/scenario.ts'
import { type Benchmark, measured } from './benchmark.ts'

const entriesOfSession = 500
const madeAt = '2026-11-24T12:00:00.000Z'
const worker = join(import.meta.dirname, '..', '..', 'src', 'platform', 'node', 'dicom-worker.ts')

type Form = {
  readonly name: string
  readonly make: (record: SessionRecord) => Promise<{ readonly length: number }>
}

export const recordForms: Benchmark = {
  name: 'record',
  what: `the record of a session of ${entriesOfSession} entries in every form`,
  samples: 15,
  run: async ({ samples, at }) => {
    const { entries, sessionId } = longSession()
    const browser = await chromium.launch({ executablePath: findBrowser(), args: browserArgs() })
    try {
      const rows = []
      for (const { name, make } of formsWith(browser)) {
        const tookMs: number[] = []
        let length = 0
        for (let count = 0; count <= samples; count += 1) {
          at(`${name}, ${count} of ${samples}`)
          const startedMs = performance.now()
          const made = await make(sessionRecord(recordEntries(entries, sessionId), samplePolicy))
          // The first one warms it up.
          if (count > 0) tookMs.push(performance.now() - startedMs)
          length = made.length
        }
        rows.push(
          measured({
            name: `record of ${entriesOfSession} entries: ${name}`,
            unit: 'ms',
            samples: tookMs,
            note: `from the entries in memory, folding among it; ${(length / 1000).toFixed(0)} kB`,
          }),
        )
      }
      return rows
    } finally {
      await browser.close()
    }
  },
}

function formsWith(browser: Browser): readonly Form[] {
  return [
    { name: 'PDF', make: (record) => printed(browser, recordHtml(record)) },
    { name: 'CSV', make: async (record) => timelineCsv(record) },
    { name: 'FHIR', make: async (record) => JSON.stringify(documentBundle(record, madeAt, sha256Hex)) },
    {
      name: 'DICOM SR, on a thread of its own',
      make: (record) => {
        const dataset = srDataset(record, madeAt, sha256Hex)
        if (dataset === null) throw new Error('a session with an injection has a report')
        return dicomFileAside(dataset, worker)
      },
    },
  ]
}

async function printed(browser: Browser, html: string): Promise<Buffer> {
  const page = await browser.newPage()
  try {
    await page.setContent(html)
    return await page.pdf({ preferCSSPageSize: true, printBackground: true })
  } finally {
    await page.close()
  }
}

/** Mostly of a link that comes and goes: what makes a session's log long. */
function longSession(): { readonly entries: readonly LogEntry[]; readonly sessionId: string } {
  const scenario = readyToInject()
  const { sessionId } = scenario
  scenario.run(inject)
  scenario.run({ kind: 'stop-injection' })
  for (let count = 0; scenario.entries.length < entriesOfSession - 2; count += 1) {
    scenario.advance(3000)
    const link =
      count % 2 === 0
        ? ({ kind: 'lost', reason: 'the network is down' } as const)
        : ({ kind: 'live' } as const)
    scenario.run({ kind: 'report-link', physicianId: 'p-chen', link })
  }
  scenario.run({ kind: 'end-observation', earlyReason: 'the log is long enough' })
  scenario.run({ kind: 'close-session', disposition: 'released', note: '' })
  return { entries: scenario.entries, sessionId }
}
