import { closeSync, openSync, readSync } from 'node:fs'
import { StringDecoder } from 'node:string_decoder'

const largestLine = 16 * 1024 * 1024

/** The lines of a file without their ends, in constant memory. The last one may lack its newline. */
export function* linesOf(
  path: string,
  onBytes: (bytes: Uint8Array) => void = () => undefined,
): Generator<string> {
  const file = openSync(path, 'r')
  try {
    const decoder = new StringDecoder('utf8')
    const chunk = Buffer.alloc(64 * 1024)
    let rest = ''
    for (;;) {
      const read = readSync(file, chunk)
      onBytes(chunk.subarray(0, read))
      rest += read === 0 ? decoder.end() : decoder.write(chunk.subarray(0, read))
      const lines = rest.split('\n')
      rest = lines.pop() ?? ''
      yield* lines
      if (read === 0 || rest.length > largestLine) break
    }
    if (rest !== '') yield rest
  } finally {
    closeSync(file)
  }
}
