import type { LinkLack, LinkState } from './link.ts'

/** What a person reads for one thing that a link lacks. */
export const lackInWords = (lack: LinkLack, name: string): string =>
  ({
    'physician-does-not-see-room': `${name} does not see this room`,
    'physician-does-not-hear-room': `${name} does not hear this room`,
    'room-does-not-see-physician': `This room does not see ${name}`,
    'room-does-not-hear-physician': `This room does not hear ${name}`,
    'physician-is-muted': `${name}'s microphone is muted`,
    'physician-is-in-another-room': `${name} has another room in front`,
    'physician-has-opened-no-room': `${name} has not opened this room`,
    'physician-is-not-looking': `${name} is not looking: their console is hidden`,
    'physician-attention-unknown': `${name}'s console does not say whether they attend to this room`,
    'physician-has-not-confirmed': `${name} has not confirmed yet that they supervise this room now`,
  })[lack]

/** A link's state as a sentence about this physician. */
export function linkInWords(link: LinkState, name: string): string {
  switch (link.kind) {
    case 'none':
      return `There is no connection to ${name}`
    case 'connecting':
      return `Still connecting to ${name}`
    case 'warm':
      return `${name} is reachable, but picture and sound do not flow yet`
    case 'live':
      return `${name} sees and hears this room`
    case 'partial':
      return link.lacks.map((lack) => lackInWords(lack, name)).join('; ')
    case 'lost':
      return `The connection to ${name} is lost (${link.reason})`
  }
}
