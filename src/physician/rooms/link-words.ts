import type { LinkLack, LinkState } from '../../domain/link/link.ts'
import { assertNever } from '../../domain/result.ts'
import type { Status } from '../../ui/StatusWord.tsx'

const lackWords: Readonly<Record<LinkLack, string>> = {
  'physician-does-not-see-room': 'you do not see the room',
  'physician-does-not-hear-room': 'you do not hear the room',
  'room-does-not-see-physician': 'the room does not see you',
  'room-does-not-hear-physician': 'the room does not hear you',
}

/** A link as the physician reads it. */
export function linkWords(
  link: LinkState,
  roundTripMs: number | null,
): { readonly status: Status; readonly word: string; readonly detail: string } {
  const trip = roundTripMs === null ? '' : `${Math.round(roundTripMs)} ms`
  switch (link.kind) {
    case 'none':
      return { status: 'idle', word: 'No link', detail: '' }
    case 'connecting':
      return { status: 'busy', word: 'Connecting', detail: '' }
    case 'warm':
      return {
        status: 'ready',
        word: 'Ready',
        detail: trip === '' ? 'picture held' : `picture held, ${trip}`,
      }
    case 'live':
      return { status: 'good', word: 'Live', detail: trip }
    case 'partial':
      return {
        status: 'attention',
        word: 'Incomplete',
        detail: link.lacks.map((lack) => lackWords[lack]).join(', '),
      }
    case 'lost':
      return { status: 'lost', word: 'Link lost', detail: link.reason }
    default:
      return assertNever(link, 'link state')
  }
}

/** What covers a picture that is there and is not live: a frozen last frame must not pass for live. */
export function veilWords(link: LinkState): string | undefined {
  if (link.kind === 'lost') return 'Not live: the link is lost'
  if (link.kind === 'partial' && link.lacks.includes('physician-does-not-see-room'))
    return 'Not live: no picture arrives'
  return undefined
}
