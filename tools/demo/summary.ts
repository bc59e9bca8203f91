import { join } from 'node:path'
import type { Facts } from './cast.ts'
import type { Claim } from './story.ts'

/** What the logs of both ends proved. */
export type Proven = {
  readonly hubPublicKey: string
  readonly runtime: string
  readonly entries: number
  readonly entriesWrittenOffline: number
  readonly entriesLost: number
  readonly chainVerified: { readonly workstation: boolean; readonly hub: boolean }
  /** Of the outage, ms. */
  readonly linkNotLiveMs: number
  readonly pressToLocalMs: number | undefined
  readonly pressToAlarmMs: number | undefined
  readonly drillPressToLocalMs: number | undefined
  readonly drillPressToAlarmMs: number | undefined
}

export type Ending = {
  readonly startedAt: string
  readonly durationS: number
  readonly claims: readonly Claim[]
  /** Null when the story was played to its end. */
  readonly failedStep: string | null
  readonly facts: Facts
  readonly proven: Proven | null
}

/** The content of summary.json. What was not reached is null, never left out. */
export function summaryOf({ startedAt, durationS, claims, failedStep, facts, proven }: Ending) {
  const { hubKilledAtMs, hubBackAtMs } = facts
  const downMs = hubKilledAtMs === undefined || hubBackAtMs === undefined ? null : hubBackAtMs - hubKilledAtMs
  return {
    ok: failedStep === null && proven !== null && claims.every(({ holds }) => holds),
    startedAt,
    durationS: rounded(durationS),
    runtime: proven?.runtime ?? null,
    /** The press in the session: the hub was dead, the alarm went over the peer channel. */
    pressToLocalMs: proven?.pressToLocalMs ?? null,
    pressToAlarmMs: proven?.pressToAlarmMs ?? null,
    /** The drill's press: the hub was up, the link held. */
    drillPressToLocalMs: proven?.drillPressToLocalMs ?? null,
    drillPressToAlarmMs: proven?.drillPressToAlarmMs ?? null,
    pressToLivePictureMs: facts.pressToLivePictureMs ?? null,
    coldCallMs: facts.coldCallMs ?? null,
    hubDownS: downMs === null ? null : rounded(downMs / 1000),
    linkNotLiveWhileHubDownS: proven === null ? null : rounded(proven.linkNotLiveMs / 1000),
    entries: proven?.entries ?? null,
    entriesWrittenOffline: proven?.entriesWrittenOffline ?? null,
    entriesLost: proven?.entriesLost ?? null,
    hubPublicKey: proven?.hubPublicKey ?? null,
    chainVerified: proven?.chainVerified ?? { workstation: false, hub: false },
    claims: claims.length,
    failedClaims: claims.filter(({ holds }) => !holds).map(({ words, found }) => ({ words, found })),
    failedStep,
  }
}
export type Summary = ReturnType<typeof summaryOf>

const rounded = (value: number): number => Math.round(value * 10) / 10

/** The last lines that a person reads. */
export function endingInWords(summary: Summary, folder: string): readonly string[] {
  const ms = (value: number | null) => (value === null ? 'not measured' : `${Math.round(value)} ms`)
  const row = (name: string, value: string, target = '') =>
    `  ${name.padEnd(58)} ${value.padStart(12)}${target === '' ? '' : `   ${target}`}`
  const aim = (value: number | null, ms: number) =>
    `aim ${ms} ms${value !== null && value > ms ? ': missed here' : ''}`
  const { chainVerified } = summary
  const verified = (is: boolean) => (is ? 'verified' : 'NOT VERIFIED')
  return [
    '',
    'Measured in this run',
    row(
      'Press → sound and screen here, hub dead',
      ms(summary.pressToLocalMs),
      aim(summary.pressToLocalMs, 150),
    ),
    row(
      "Press → alarm on the physician's screen, hub dead",
      ms(summary.pressToAlarmMs),
      aim(summary.pressToAlarmMs, 250),
    ),
    row("Press → alarm on the physician's screen, hub up (drill)", ms(summary.drillPressToAlarmMs)),
    row(
      'Press → the physician sees the room, warm link (drill)',
      ms(summary.pressToLivePictureMs),
      aim(summary.pressToLivePictureMs, 150),
    ),
    row('The same by a simple-peer call from cold', ms(summary.coldCallMs)),
    row('Hub dead for', summary.hubDownS === null ? 'not reached' : `${summary.hubDownS} s`),
    row(
      'Entries in the log, of them written with the hub dead',
      `${summary.entries ?? '–'}, ${summary.entriesWrittenOffline ?? '–'}`,
    ),
    row('Entries lost', String(summary.entriesLost ?? 'not reached')),
    row('Log at the workstation', verified(chainVerified.workstation)),
    row('Log at the hub', verified(chainVerified.hub)),
    '',
    ...verdict(summary),
    `${summary.ok ? 'Everything is in' : 'What there is, is in'} ${folder}`,
    ...(summary.hubPublicKey === null
      ? []
      : [
          'To check the record yourself, with the key that this hub signs with:',
          `  npm run verify -- ${join(folder, 'record.jsonl')} --hub-key ${summary.hubPublicKey}`,
        ]),
  ]
}

function verdict(summary: Summary): readonly string[] {
  const { failedClaims, failedStep, claims, durationS } = summary
  if (summary.ok) return [`All ${claims} claims hold. ${durationS} s.`]
  return [
    ...(failedStep === null ? [] : [`FAILED in the step: ${failedStep}`]),
    ...failedClaims.map(({ words, found }) => `FAILED: ${words}${found === '' ? '' : ` (found: ${found})`}`),
  ]
}
