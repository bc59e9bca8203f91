import type { Sha256Hex } from '../../log/entry.ts'
import type { SessionRecord } from '../session-record.ts'
import { clinicalOf } from './clinical.ts'
import { compositionOf } from './composition.ts'
import { castOf } from './people.ts'
import { createIds, entry, type Resource, urn } from './resource.ts'
import { traceOf } from './trace.ts'

/**
 * The record as a FHIR R4 document. The same log makes the same document under the same names, but for `madeAt`; a later
 * one of the same session keeps the names of its resources and has another identifier.
 */
export function documentBundle(record: SessionRecord, madeAt: string, sha256: Sha256Hex): Resource {
  const ids = createIds(record.sessionId, sha256)
  const cast = castOf(record, ids)
  const clinical = clinicalOf(record, cast, ids)
  const composition = compositionOf(record, cast, clinical, ids, madeAt)
  const { provenances, audits } = traceOf(record, cast, ids, madeAt, composition, clinical.entries)
  const entries = [composition, ...cast.entries, ...clinical.entries, ...provenances, ...audits]
  return entry('Bundle', ids('Bundle', 'document'), {
    identifier: {
      system: 'urn:ietf:rfc:3986',
      value: urn(ids('Bundle', `${record.chain.last.hash} ${madeAt}`)),
    },
    type: 'document',
    timestamp: madeAt,
    entry: entries,
  }).resource
}
