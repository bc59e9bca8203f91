// Reads a file and hashes each of its lines, and nothing else: prints how many they are.
import { createHash } from 'node:crypto'
import { closeSync, openSync, readSync } from 'node:fs'

const [path] = process.argv.slice(2)
const file = openSync(path, 'r')
const chunk = Buffer.alloc(64 * 1024)
const hash = (line) => createHash('sha256').update(line).digest('hex')
let rest = Buffer.alloc(0)
let lines = 0
for (let read = readSync(file, chunk); read > 0; read = readSync(file, chunk)) {
  const bytes = Buffer.concat([rest, chunk.subarray(0, read)])
  let from = 0
  for (let end = bytes.indexOf(10, from); end !== -1; end = bytes.indexOf(10, from)) {
    hash(bytes.subarray(from, end))
    lines += 1
    from = end + 1
  }
  rest = bytes.subarray(from)
}
closeSync(file)
console.log(lines)
