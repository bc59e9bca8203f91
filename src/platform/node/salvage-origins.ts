import { existsSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { z } from 'zod'
import { beforeSegment } from '../../domain/log/segments.ts'
import { writeFileAtomically } from './atomic-file.ts'
import type { SetAside } from './set-aside.ts'

const beginningsSchema = z.array(z.object({ from: z.int().min(1), file: z.string() }))

/** Which entries came back from which file, named as `damaged/…`. */
export type Origin = { readonly from: number; readonly to: number; readonly file: string }

/** Kept in the folder of what was set aside, so that it is known also of what an earlier run has recovered. */
export type Origins = {
  /**
   * What is put into the log from this entry on is from this file.
   * @throws what the disk says
   */
  readonly begin: (seq: number, file: string) => void
  /** @param lastUpTo the last entry of the log up to a number */
  readonly runs: (lastUpTo: (seq: number) => { readonly seq: number } | undefined) => readonly Origin[]
}

/** Of a salvage whose newest damage is this one: what is recovered lies below its segment. */
export function openOrigins({ folder, segment }: SetAside): Origins {
  const kept = join(folder, 'origins.json')
  let beginnings = existsSync(kept) ? read(kept) : []
  return {
    begin: (seq, file) => {
      if (beginnings.at(-1)?.file === file) return
      const next = [...beginnings.filter(({ from }) => from < seq), { from: seq, file }]
      writeFileAtomically(kept, `${JSON.stringify(next)}\n`)
      beginnings = next
    },
    runs: (lastUpTo) =>
      beginnings.flatMap(({ from, file }, index) => {
        const next = beginnings[index + 1]
        const to = lastUpTo(next === undefined ? beforeSegment(segment).seq : next.from - 1)?.seq ?? 0
        return to < from ? [] : [{ from, to, file }]
      }),
  }
}

/** Where it cannot be read, nothing is said of what an earlier run has recovered. */
function read(file: string): z.infer<typeof beginningsSchema> {
  try {
    return beginningsSchema.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    return []
  }
}

export const originInWords = ({ from, to, file }: Origin): string =>
  `${from === to ? `Entry ${from} is` : `Entries ${from} to ${to} are`} from ${file}${isCopy(file) ? ', the copy that was made daily' : ''}.`

export const isCopy = (file: string): boolean => basename(file) === 'copy.sqlite'
