import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { DicomDataset } from '../../domain/record/sr/content.ts'

/**
 * Writes a DICOM file on a thread of its own: to load the library takes about 100 ms of computing, and a press of the help
 * button must not wait for it. Where no thread can be started the file is written here all the same.
 * @param worker the file of `dicom-worker.ts` as it was built
 */
export async function dicomFileAside(dataset: DicomDataset, worker: string): Promise<Uint8Array> {
  try {
    const [bytes] = await once(new Worker(worker, { workerData: dataset }), 'message')
    return bytes
  } catch {
    const { dicomFile } = await import('./dicom-file.ts')
    return dicomFile(dataset)
  }
}
