import type { SessionRecord, TimelineLine } from '../session-record.ts'
import { type Cast, type Ids, personOf } from './people.ts'
import { coded, type Draft, dicom, type Entry, entry, hl7, inText, referTo } from './resource.ts'

/** Who vouches for what, and who opened, overrode and exported it. */
export type Trace = { readonly provenances: readonly Entry[]; readonly audits: readonly Entry[] }

/** The workstation put all of it together; the physician signed what was done, not the document that tells it. */
export function traceOf(
  record: SessionRecord,
  cast: Cast,
  ids: Ids,
  madeAt: string,
  composition: Entry,
  clinical: readonly Entry[],
): Trace {
  return {
    provenances: [
      assembled(record, cast, ids, madeAt, [composition, ...clinical]),
      ...signed(record, cast, ids, clinical),
    ],
    audits: record.timeline.flatMap((line) => audit(line, cast, ids) ?? []),
  }
}

const participant = (code: string, display: string): Draft =>
  coded(hl7('provenance-participant-type'), code, display)

function assembled(
  { chain, deviceId }: SessionRecord,
  cast: Cast,
  ids: Ids,
  madeAt: string,
  about: readonly Entry[],
): Entry {
  const { first, last, count } = chain
  return entry('Provenance', ids('Provenance', 'assembled'), {
    target: about.map((one) => referTo(one)),
    recorded: madeAt,
    activity: inText('Made from the hash-chained log of the workstation alone'),
    agent: [{ type: participant('assembler', 'Assembler'), who: referTo(cast.workstation) }],
    entity: [
      {
        role: 'source',
        what: {
          identifier: { value: last.hash },
          display: `${count} entries of the log of workstation ${deviceId}, from entry ${first.seq} (SHA-256 ${first.hash}) to entry ${last.seq} (SHA-256 ${last.hash})`,
        },
      },
    ],
  })
}

/** A signature that does not fit the closing entry signs nothing. */
function signed(
  { signature }: SessionRecord,
  cast: Cast,
  ids: Ids,
  about: readonly Entry[],
): readonly Entry[] {
  if (signature?.fits !== true) return []
  const signer = personOf(cast, signature.physicianId)
  if (signer === undefined) return []
  return [
    entry('Provenance', ids('Provenance', 'signed'), {
      target: about.map((one) => referTo(one)),
      occurredDateTime: signature.at,
      recorded: signature.at,
      activity: inText('Signed as supervised, by an electronic signature over the closing entry of the log'),
      agent: [{ type: participant('attester', 'Attester'), who: referTo(signer.role, signer.name) }],
      entity: [
        {
          role: 'source',
          what: {
            identifier: { value: signature.closingHash },
            display: `Closing entry, SHA-256 ${signature.closingHash}`,
          },
        },
      ],
    }),
  ]
}

type Kind = { readonly code: string; readonly display: string; readonly action: 'C' | 'R' | 'U' | 'E' }

const patientRecord = { code: '110110', display: 'Patient Record' }
const kinds: Readonly<Record<string, Kind>> = {
  'session-opened': { ...patientRecord, action: 'C' },
  'check-overridden': { ...patientRecord, action: 'U' },
  'session-closed': { ...patientRecord, action: 'U' },
  'session-abandoned': { ...patientRecord, action: 'U' },
  'technologist-signed-in': { code: '110114', display: 'User Authentication', action: 'E' },
  'record-exported': { code: '110106', display: 'Export', action: 'R' },
}

function audit(line: TimelineLine, cast: Cast, ids: Ids): Entry | undefined {
  const kind = Object.hasOwn(kinds, line.type) ? kinds[line.type] : undefined
  if (kind === undefined) return undefined
  const { actor } = line
  const person = 'id' in actor ? personOf(cast, actor.id) : undefined
  const who = person === undefined ? referTo(cast.workstation) : referTo(person.role, person.name)
  return entry('AuditEvent', ids('AuditEvent', String(line.seq)), {
    type: { system: dicom, code: kind.code, display: kind.display },
    action: kind.action,
    recorded: line.at,
    outcome: '0',
    outcomeDesc: line.words,
    agent: [{ who, requestor: true }],
    source: { observer: referTo(cast.workstation) },
    entity: [{ what: referTo(cast.patient) }],
  })
}
