/** UTF-8 that grows, of one batch. */
export type BatchText = {
  readonly add: (text: string) => void
  readonly bytes: () => number
  /** Everything added; to be used only until `done`. */
  readonly read: () => Buffer
  readonly done: () => void
}

/** For what surrounds the entries of a batch, bytes. */
const frameBytes = 1024
const largestSpareBytes = 1024 * 1024

/**
 * Batches are made one after the other, and thousands of them in a catch-up. Memory outside of the heap is collected
 * late, so each is written where the one before it was; one that is still in use has its own.
 */
let spare: Buffer | undefined

export function createBatchText(expectedBytes: number): BatchText {
  const isEnough = spare !== undefined && spare.length >= expectedBytes
  let buffer = isEnough && spare !== undefined ? spare : Buffer.alloc(expectedBytes + frameBytes)
  spare = undefined
  let end = 0
  return {
    add: (text) => {
      // No text has more than three bytes for each of its units; only near the end are they counted.
      const needed = end + text.length * 3 <= buffer.length ? 0 : end + Buffer.byteLength(text)
      if (needed > buffer.length) {
        const larger = Buffer.alloc(Math.max(needed + frameBytes, buffer.length * 2))
        buffer.copy(larger, 0, 0, end)
        buffer = larger
      }
      end += buffer.write(text, end)
    },
    bytes: () => end,
    read: () => buffer.subarray(0, end),
    done: () => {
      if (buffer.length <= largestSpareBytes) spare = buffer
    },
  }
}
