/** Marks the fuse wire in an Electron executable; @electron/fuses looks for these bytes. */
export const FUSE_SENTINEL = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX'

/** Position of each fuse on version 1 of the wire. */
const POSITIONS = {
  runAsNode: 0,
  cookieEncryption: 1,
  nodeOptions: 2,
  nodeCliInspect: 3,
  asarIntegrity: 4,
  onlyLoadAppFromAsar: 5,
} as const

export type FuseName = keyof typeof POSITIONS

/** Electron's own defaults: run as node, NODE_OPTIONS, inspect and file privileges on, the rest off. */
const DEFAULT_STATES = '101100101'

/** A comment line that makes a shell script's fuses flippable like those of the real executable. */
export function fuseWire(): string {
  const count = String.fromCharCode(DEFAULT_STATES.length)
  return `# ${FUSE_SENTINEL}\u0001${count}${DEFAULT_STATES}\n`
}

/** Whether a fuse is on in this executable; undefined where it has no wire. */
export function readFuse(executable: Buffer, name: FuseName): boolean | undefined {
  const start = executable.indexOf(FUSE_SENTINEL)
  if (start < 0) return undefined
  const wire = executable.subarray(start + FUSE_SENTINEL.length)
  if (wire[0] !== 1 || POSITIONS[name] >= (wire[1] ?? 0)) return undefined
  return wire[2 + POSITIONS[name]] === '1'.charCodeAt(0)
}
