import { type ArchiveReport, checkArchive } from '../src/platform/node/archive-check.ts'
import { ArchiveFault } from '../src/platform/node/archive-reading.ts'

/** Checks a folder of an export or a copy; in words, and whether all of it holds. */
export function verifyFolder(
  folder: string,
  hubKey: string | undefined,
): { readonly holds: boolean; readonly words: string } {
  try {
    return { holds: true, words: soundWords(folder, checkArchive(folder, hubKey), hubKey) }
  } catch (error) {
    if (!(error instanceof ArchiveFault)) throw error
    return { holds: false, words: `NOT VERIFIED ${folder}\n  ${error.where}: ${error.message}.\n` }
  }
}

function soundWords(folder: string, report: ArchiveReport, hubKey: string | undefined): string {
  const { parts, logs, excerpts, purged, whole } = report
  const last = parts.at(-1)
  const signer = last?.manifest.signer ?? 'hub'
  const whose =
    signer === 'hub' && hubKey === undefined
      ? ' (whether the key is the hub’s was not checked: give --hub-key)'
      : ''
  const lines = [
    `VERIFIED ${folder}`,
    `${parts.length === 1 ? 'One folder' : `${parts.length} parts, none missing between them`}, signed by ${signer === 'hub' ? 'the hub' : 'the workstation'} ${last?.manifest.by}${whose}, the last at ${last?.manifest.at}: ${last?.manifest.holds}.`,
    'Every file is there, is what its manifest says, and no other is.',
  ]
  for (const { device, runs } of logs) {
    const entries = runs.reduce((sum, { count }) => sum + count, 0)
    const stretches = runs.map(({ first, last: end }) => `${first.seq} to ${end.seq}`).join(' and ')
    const name =
      device === last?.manifest.by && signer === 'hub' ? 'The hub’s journal' : `Workstation ${device}`
    const before = purged.get(device)
    const begun = runs[0]?.first.seq ?? 1
    const gone =
      before !== undefined && before.seq < begun
        ? `; entries up to ${before.seq} were purged, as the journal says`
        : begun > 1
          ? '; what came before is not in it'
          : ''
    lines.push(`${name}: ${entries} entries, ${stretches}, each as it was written and in order${gone}.`)
    const end = runs.at(-1)?.last
    if (end !== undefined) lines.push(`  last entry ${end.seq}: ${end.hash}`)
  }
  for (const { excerpt, device } of excerpts.flatMap((one) => (one.kind === 'excerpt' ? [one] : [])))
    lines.push(
      `Record of session ${excerpt.header.session} of workstation ${device}, sealed by the ${excerpt.sealedBy}.`,
    )
  lines.push(
    whole
      ? 'Nothing in a folder can show that later entries or a last part were taken away: compare the last entries with the hub.'
      : 'It is a stretch of what there is: compare its ends with what was asked for.',
  )
  return `${lines.join('\n  ')}\n`
}
