// Stores lines of JSON as documents in a PouchDB and replicates it: prints how far it is, and when, after each batch.
import { createReadStream, mkdirSync } from 'node:fs'
import { createInterface } from 'node:readline'
import PouchDB from 'pouchdb'

const [folder, file, url, batchSize] = process.argv.slice(2)
mkdirSync(folder, { recursive: true })
const database = new PouchDB(`${folder}/log`)
let documents = []
const store = async () => {
  if (documents.length === 0) return
  const results = await database.bulkDocs(documents)
  const refused = results.find((result) => result.error)
  if (refused !== undefined) throw new Error(`PouchDB did not store a document: ${JSON.stringify(refused)}`)
  documents = []
}
for await (const line of createInterface({ input: createReadStream(file) })) {
  const entry = JSON.parse(line)
  documents.push({ _id: String(entry.seq).padStart(10, '0'), entry })
  if (documents.length === 1000) await store()
}
await store()

const startedMs = performance.now()
const tell = (done) => console.log(JSON.stringify({ done, afterMs: performance.now() - startedMs }))
tell(0)
await database.replicate
  .to(url, { batch_size: Number(batchSize) })
  .on('change', ({ docs_written }) => tell(docs_written))
await database.close()
