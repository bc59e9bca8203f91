// express-pouchdb over LevelDB in a folder, on a free port of this computer: prints the port.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import express from 'express'
import expressPouchDb from 'express-pouchdb'
import PouchDB from 'pouchdb'

const [folder] = process.argv.slice(2)
mkdirSync(folder, { recursive: true })
// Routes that replication does not need are left out, and with them what they cost.
const routes = expressPouchDb(PouchDB.defaults({ prefix: `${folder}/` }), {
  mode: 'minimumForPouchDB',
  inMemoryConfig: true,
  logPath: join(folder, 'log.txt'),
})
const server = express()
  .use('/', routes)
  .listen(0, '127.0.0.1', () => console.log(JSON.stringify({ port: server.address().port })))
