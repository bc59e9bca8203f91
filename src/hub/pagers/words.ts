import type { Notice } from './pager.ts'

const kindWords = { reaction: 'REACTION', question: 'Question to the physician' } as const

/** The one line that has to be enough. */
export function titleOf({ call, site }: Notice): string {
  if (call === null) return `TEST page from ${site}`
  return `${call.drill ? 'DRILL: ' : ''}${kindWords[call.kind]} in ${call.room}, ${site}`
}

export function textOf(notice: Notice): string {
  const { call, callback, link, name } = notice
  const lines =
    call === null
      ? [`This is a test of how Scanside pages ${name}. Nobody has called for help.`]
      : [
          call.drill ? 'This is a DRILL: no patient is reacting.' : null,
          call.kind === 'reaction'
            ? 'The room has called for help for a suspected reaction, and nobody is on screen.'
            : 'The room has a question, and nobody is on screen.',
          call.round > 1 ? `Called for the ${ordinal(call.round)} time.` : null,
          `Room: ${call.room}`,
          `Called at: ${call.pressedAt}`,
        ]
  return [
    ...lines,
    `Site: ${notice.site}`,
    callback === null ? null : `Call back: ${callback}`,
    `Console: ${link}`,
  ]
    .filter((line) => line !== null)
    .join('\n')
}

const ordinal = (n: number): string => (n === 2 ? '2nd' : n === 3 ? '3rd' : `${n}th`)
