import { parentPort, workerData } from 'node:worker_threads'
import { dicomFile } from './dicom-file.ts'

// Started by `dicom-aside.ts` for one file, and over with it.
parentPort?.postMessage(dicomFile(workerData))
