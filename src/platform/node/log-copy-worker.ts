import { parentPort, workerData } from 'node:worker_threads'
import { copyLog } from './log-copy.ts'

// Started by `log-copies.ts` for one copy, and over with it.
parentPort?.postMessage(copyLog(workerData))
