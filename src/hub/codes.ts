import { randomInt } from 'node:crypto'
import { sha256Hex } from '../platform/node/ed25519.ts'

/** Without 0/O, 1/I/L, and U/V, which people mistake for each other: about 4.8 bits a letter. */
const letters = '23456789ABCDEFGHJKMNPQRSTWXYZ'

/** A one-time code to read out or type, like `ABCD-EFGH-JKMN`: 58 bits, and a throttle in front of them. */
export function newCode(): string {
  const group = () => Array.from({ length: 4 }, () => letters[randomInt(letters.length)]).join('')
  return [group(), group(), group()].join('-')
}

/** What is stored of a code. Case, spaces and dashes do not matter when it is typed. */
export const hashCode = (code: string): string => sha256Hex(code.toUpperCase().replaceAll(/[^0-9A-Z]/g, ''))
