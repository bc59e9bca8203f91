import { existsSync, readFileSync } from 'node:fs'
import type { LogEntry } from '../../src/domain/log/entry.ts'
import { sessionRecord } from '../../src/domain/record/session-record.ts'
import { recordEntries } from '../../src/domain/record/span.ts'
import { logLines, pinnedHubKey, verifyFile, verifyInPython } from '../../tests/support/workstation-files.ts'
import type { Cast, Facts } from './cast.ts'
import { names } from './cast.ts'
import { compareLogs, notLiveMs, pressTimes, writtenBetween } from './log-facts.ts'
import { drawPages } from './output.ts'
import type { Proven } from './summary.ts'

/** Both copies of the log are verified and compared, and the log is asked what the story claimed. */
export async function prove(cast: Cast, facts: Facts): Promise<Proven> {
  const { story, output, world, room, technologist } = cast
  story.chapter('The proof')
  const { userDataDir } = room.workstation
  const { enrolment, policy, runtime } = await technologist.snapshot()
  if (enrolment.kind !== 'enrolled') throw new Error('the workstation is not enrolled')
  const hubKey = pinnedHubKey(userDataDir)

  const here = logLines(userDataDir)
  const entries = here.map((line): LogEntry => JSON.parse(line))
  const exported = await story.step("The hub's copy of the log is exported", () =>
    world.hub.exportLog(enrolment.deviceId),
  )
  output.write('hub-log.jsonl', `${exported}\n`)
  const atHub = exported.split('\n')

  const verify = async (name: string, whose: string) => {
    const verdict = await verifyFile(output.path(name), '--hub-key', hubKey)
    story.claim(
      `${whose}: chain, hashes and the physicians' signatures verify`,
      verdict.exitCode === 0,
      verdict.words,
    )
    return verdict.exitCode === 0
  }
  output.write('workstation-log.jsonl', `${here.join('\n')}\n`)
  const chainVerified = {
    workstation: await verify('workstation-log.jsonl', "The workstation's log (workstation-log.jsonl)"),
    hub: await verify('hub-log.jsonl', "The hub's copy (hub-log.jsonl)"),
  }
  await verify('record.jsonl', 'The saved record (record.jsonl), an excerpt sealed by the workstation')
  for (const name of ['workstation-log.jsonl', 'hub-log.jsonl', 'record.jsonl']) {
    const verdict = await verifyInPython(output.path(name))
    if (verdict === null) {
      story.tell('Python 3 is not installed: the verifier written in it has not been asked.')
      break
    }
    const words = `${name} holds for a verifier written in Python from docs/log-format.md alone`
    story.claim(words, verdict.exitCode === 0, verdict.words)
  }
  const saved = entriesIn(readFileSync(output.path('record.jsonl'), 'utf8'))
  const compared = compareLogs(here, atHub)
  story.claim(
    `All ${here.length} entries of the workstation are at the hub, byte for byte; none is lost, none is there twice`,
    compared.lost === 0 && compared.foreign === 0 && compared.first === null,
    `${compared.lost} lost, ${compared.foreign} foreign, first difference at ${compared.first}`,
  )
  story.claim(
    `The saved record shows ${saved.length} entries of that same log, all of this session or of none`,
    saved.length > 0 &&
      saved.every(
        ({ line, entry }) =>
          line === here[entry.seq - 1] && (entry.session === null || entry.session === facts.sessionId),
      ),
  )

  const killedAt = facts.hubKilledAtMs ?? 0
  const backAt = facts.hubBackAtMs ?? 0
  const offline = writtenBetween(entries, killedAt, backAt)
  story.claim(
    `${offline} entries were written while the hub was dead, and all of them arrived`,
    offline > 0 && compared.lost === 0,
  )
  const drill = pressTimes(entries, facts.drillId ?? '')
  const reaction = pressTimes(entries, facts.reactionId ?? '')
  const whileDead = reaction.paths.slice(0, 4)
  story.claim(
    'With the hub dead, the alarm and its answers came over the peer channel',
    whileDead.length === 4 && whileDead.every(({ path }) => path === 'peer'),
    JSON.stringify(reaction.paths),
  )
  const gapMs = notLiveMs(entries, names.chen, killedAt, backAt)
  story.tell(
    gapMs === 0
      ? 'By the log, the link was live during the whole outage.'
      : `By the log, the link was not fully live for ${(gapMs / 1000).toFixed(1)} s of the outage: this machine is busy.`,
  )

  const record = sessionRecord(recordEntries(entries, facts.sessionId ?? ''), policy)
  story.claim(
    'The record has the injection, the read-back order, the reaction with its outcome and a signature that fits',
    record.injections.length === 1 &&
      record.orders.every(({ readBackAt }) => readBackAt !== null) &&
      record.orders.length === 1 &&
      record.escalations[0]?.end?.kind === 'ended' &&
      record.signature?.fits === true,
  )
  const drawn = existsSync(output.path('record.pdf'))
    ? await drawPages(output, 'record.pdf')
    : ({ ok: false, message: 'record.pdf was not saved' } as const)
  if (drawn.ok) {
    story.claim(`record.pdf can be drawn: ${drawn.pages} pages`, drawn.pages > 0)
  } else story.tell(`The pages of record.pdf are not drawn: ${drawn.message}`)
  return {
    runtime,
    entries: here.length,
    entriesWrittenOffline: offline,
    entriesLost: compared.lost,
    hubPublicKey: hubKey,
    chainVerified,
    linkNotLiveMs: gapMs,
    pressToLocalMs: reaction.toLocalMs,
    pressToAlarmMs: reaction.toAlarmMs,
    drillPressToLocalMs: drill.toLocalMs,
    drillPressToAlarmMs: drill.toAlarmMs,
  }
}

/** The entries that a saved record shows, without what stands for the others. */
const entriesIn = (text: string) =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => ({ line, entry: JSON.parse(line) as LogEntry }))
    .filter(({ entry }) => 'prev' in entry)
