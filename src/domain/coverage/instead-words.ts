import type { Instead } from '../log/events.ts'

/** Whom somebody supervises instead of, with the reason. */
export const insteadInWords = (why: Instead['why'], name: string): string =>
  ({
    'console-gone': `${name}, whose console is gone`,
    'console-silent': `${name}, from whose console nothing is heard`,
    'handed-over': `${name}, who handed over`,
    'not-eligible': `${name}, who may not supervise this room any more`,
  })[why]
