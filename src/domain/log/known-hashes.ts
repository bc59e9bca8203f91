const bytesAHash = 32
const hashesABlock = 1024
/** What was never written; no entry has this hash. */
const nothing = '0'.repeat(bytesAHash * 2)

/** Hashes of entries by their sequence, 32 bytes each: a log may be long, and a salvage may name any of them. */
export type KnownHashes = {
  readonly add: (seq: number, hash: string) => void
  readonly get: (seq: number) => string | undefined
}

export function createKnownHashes(): KnownHashes {
  const blocks = new Map<number, Uint8Array>()
  const blockOf = (seq: number) => Math.floor(seq / hashesABlock)
  const startOf = (seq: number) => (seq % hashesABlock) * bytesAHash
  return {
    add: (seq, hash) => {
      const block = blocks.get(blockOf(seq)) ?? new Uint8Array(hashesABlock * bytesAHash)
      blocks.set(blockOf(seq), block)
      for (let byte = 0; byte < bytesAHash; byte += 1) {
        block[startOf(seq) + byte] = digit(hash, byte * 2) * 16 + digit(hash, byte * 2 + 1)
      }
    },
    get: (seq) => {
      const bytes = blocks.get(blockOf(seq))?.subarray(startOf(seq), startOf(seq) + bytesAHash)
      const hash = Array.from(bytes ?? [], (byte) => byte.toString(16).padStart(2, '0')).join('')
      return hash === '' || hash === nothing ? undefined : hash
    },
  }
}

/** Of a lower-case hexadecimal digit. */
function digit(hash: string, at: number): number {
  const code = hash.charCodeAt(at)
  return code < 58 ? code - 48 : code - 87
}
