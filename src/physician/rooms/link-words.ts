import { type LinkLack, type LinkState, lacksAttentionOnly } from '../../domain/link/link.ts'
import { assertNever } from '../../domain/result.ts'
import type { Status } from '../../ui/StatusWord.tsx'

const lackWords: Readonly<Record<LinkLack, string>> = {
  'physician-does-not-see-room': 'you do not see the room',
  'physician-does-not-hear-room': 'you do not hear the room',
  'room-does-not-see-physician': 'the room does not see you',
  'room-does-not-hear-physician': 'the room does not hear you',
  'physician-is-muted': 'you are muted',
  'physician-is-in-another-room': 'you have another room in front',
  'physician-has-opened-no-room': 'you have not opened this room',
  'physician-is-not-looking': 'this page is hidden',
  'physician-attention-unknown': 'this page does not say whether you attend to the room',
  'physician-has-not-confirmed': 'you have not confirmed that you supervise it now',
}

const shortWords: Readonly<Partial<Record<LinkLack, string>>> = {
  'physician-is-muted': 'Muted',
  'physician-is-in-another-room': 'Not in front',
  'physician-has-opened-no-room': 'Not opened',
  'physician-is-not-looking': 'Hidden',
}

/** A link as the physician reads it; where there is little room, with only the first of what it lacks. */
export function linkWords(
  link: LinkState,
  roundTripMs: number | null,
  form: 'whole' | 'short' = 'whole',
): { readonly status: Status; readonly word: string; readonly detail: string } {
  const trip = roundTripMs === null ? '' : `${Math.round(roundTripMs)} ms`
  switch (link.kind) {
    case 'none':
      return { status: 'idle', word: 'No link', detail: '' }
    case 'connecting':
      return link.obstacle === undefined
        ? { status: 'busy', word: 'Connecting', detail: '' }
        : { status: 'attention', word: 'Connecting', detail: link.obstacle }
    case 'warm':
      return {
        status: 'ready',
        word: 'Ready',
        detail: trip === '' ? 'picture held' : `picture held, ${trip}`,
      }
    case 'live':
      return { status: 'good', word: 'Live', detail: trip }
    case 'partial':
      if (form === 'short' && lacksAttentionOnly(link)) {
        const words = link.lacks.map((lack) => shortWords[lack] ?? 'Not attended')
        return { status: 'attention', word: words[0] ?? 'Not attended', detail: words.slice(1).join(', ') }
      }
      return {
        status: 'attention',
        word: lacksAttentionOnly(link) ? 'Not attended' : 'Incomplete',
        detail: lacksInWords(link.lacks, form === 'short' ? 1 : link.lacks.length),
      }
    case 'lost':
      return { status: 'lost', word: 'Link lost', detail: link.reason }
    default:
      return assertNever(link, 'link state')
  }
}

function lacksInWords(lacks: readonly LinkLack[], most: number): string {
  const words = lacks.slice(0, most).map((lack) => lackWords[lack])
  const more = lacks.length - words.length
  return `${words.join(', ')}${more > 0 ? `, and ${more} more` : ''}`
}

/** What covers a picture that is there and is not live: a frozen last frame must not pass for live. */
export function veilWords(link: LinkState): string | undefined {
  if (link.kind === 'lost') return 'Not live: the link is lost'
  if (link.kind === 'partial' && link.lacks.includes('physician-does-not-see-room'))
    return 'Not live: no picture arrives'
  return undefined
}
