import { log } from 'dcmjs'
import dimse from 'dcmjs-dimse'
import { fail, ok, type Problem, type Result } from '../../src/domain/result.ts'

/** An archive that takes DICOM objects. */
export type Pacs = {
  readonly host: string
  readonly port: number
  readonly calledAeTitle: string
  readonly callingAeTitle: string
}

const patienceMs = { connectTimeout: 10_000, associationTimeout: 10_000, pduTimeout: 30_000 }
const success = 0x0000
/** Warnings of the storage service: it has the object, coerced or not as it likes. */
const isWarning = (status: number): boolean => (status & 0xf000) === 0xb000

dimse.log.setLevel('silent')
log.setLevel('silent')

/** C-STORE of one file. Sending it again does no harm: it is the same instance. */
export function storeInPacs(file: string, pacs: Pacs): Promise<Result<null, Problem>> {
  const { host, port, callingAeTitle, calledAeTitle } = pacs
  const where = `the archive ${calledAeTitle} at ${host}:${port}`
  return new Promise((resolve) => {
    const refuse = (kind: string, why: string) =>
      resolve(fail(kind, `The record could not be stored in ${where}: ${why}.`))
    const client = new dimse.Client()
    const request = new dimse.requests.CStoreRequest(file)
    let outcome: Result<null, Problem> | undefined
    request.on('response', (response) => {
      const status = response.getStatus()
      outcome =
        status === success || isWarning(status)
          ? ok(null)
          : fail(
              'pacs-refused',
              `${where} does not take the record (status 0x${status.toString(16).padStart(4, '0')}${comment(response.getErrorComment())}).`,
            )
    })
    client.on('associationRejected', () =>
      refuse('pacs-rejected', `it knows no ${callingAeTitle}, or is not ${calledAeTitle}`),
    )
    client.on('networkError', (error: Error) =>
      refuse('pacs-unreachable', error.message.replace(/^.*-> (Connection error: )?/, '')),
    )
    client.on('closed', () => {
      if (outcome !== undefined) resolve(outcome)
      else refuse('pacs-silent', 'it closed the connection without an answer')
    })
    client.addRequest(request)
    client.send(host, port, callingAeTitle, calledAeTitle, patienceMs)
  })
}

const comment = (words: string | undefined): string =>
  words === undefined || words === '' ? '' : `: ${words}`
