import type { Exam, Physician } from '../../policy/policy.ts'
import type { SessionRecord } from '../session-record.ts'
import { coded, type Draft, type Entry, entry, hl7, inText, referTo } from './resource.ts'

export type Ids = (kind: string, key: string) => string

/** Who and what a record is about: every other resource refers to these. */
export type Cast = {
  readonly patient: Entry
  readonly workstation: Entry
  readonly site: Entry | null
  /** Supervising physicians by identifier; a role says as what they were there. */
  readonly supervisors: readonly Role[]
  readonly technologists: readonly Role[]
  readonly responders: readonly Role[]
  /** Everybody else whom an entry names as its maker, such as a physician of the bench. */
  readonly others: readonly Role[]
  readonly entries: readonly Entry[]
}

export type Role = {
  readonly personId: string
  readonly name: string
  readonly person: Entry
  readonly role: Entry
}

export function castOf(record: SessionRecord, ids: Ids): Cast {
  const site =
    record.site === null
      ? null
      : entry('Organization', ids('Organization', 'site'), {
          name: record.site.name,
          address: [{ state: record.site.state }],
        })
  const roleOf = (personId: string, name: string, as: string, qualification: readonly Draft[]): Role => {
    const person = entry('Practitioner', ids('Practitioner', personId), {
      identifier: [{ value: personId, assigner: site === null ? undefined : referTo(site) }],
      name: [{ text: name }],
      qualification,
    })
    const role = entry('PractitionerRole', ids('PractitionerRole', `${as} ${personId}`), {
      practitioner: referTo(person, name),
      organization: site === null ? undefined : referTo(site),
      code: [inText(as)],
    })
    return { personId, name, person, role }
  }
  const supervisors = record.supervisors.map(({ physicianId, name, known }) =>
    roleOf(physicianId, name, 'Supervising physician', known === null ? [] : licensesOf(known)),
  )
  const makers = (kind: 'technologist' | 'physician') => [
    ...new Set(record.timeline.flatMap(({ actor }) => (actor.kind === kind ? [actor.id] : []))),
  ]
  const named = (id: string) => record.names[id] ?? id
  const technologists = makers('technologist').map((id) => roleOf(id, named(id), 'Technologist', []))
  // A second check-in says the same anew.
  const checkedIn = new Map(record.responders.map((responder) => [responder.responderId, responder]))
  const responders = [...checkedIn.values()].map(({ responderId, name, role, blsValidUntil }) =>
    roleOf(responderId, name, 'On-site responder', [
      { code: inText(role) },
      { code: inText('Basic life support'), period: { end: blsValidUntil } },
    ]),
  )
  const known = new Set([...supervisors, ...technologists, ...responders].map(({ personId }) => personId))
  const others = makers('physician')
    .filter((id) => !known.has(id))
    .map((id) => roleOf(id, named(id), 'Physician on the bench', []))
  const patient = patientOf(record.exam, ids)
  const workstation = entry('Device', ids('Device', record.deviceId), {
    identifier: [{ value: record.deviceId }],
    deviceName: [{ name: `Scanside workstation, ${record.roomName}`, type: 'user-friendly-name' }],
    owner: site === null ? undefined : referTo(site),
  })
  const people = [...supervisors, ...technologists, ...responders, ...others]
  return {
    patient,
    workstation,
    site,
    supervisors,
    technologists,
    responders,
    others,
    entries: onceEach([
      patient,
      workstation,
      ...(site === null ? [] : [site]),
      ...people.flatMap(({ person, role }) => [person, role]),
    ]),
  }
}

/** One person may be there in two roles. */
const onceEach = (entries: readonly Entry[]): readonly Entry[] => [
  ...new Map(entries.map((one) => [one.fullUrl, one])).values(),
]

const licensesOf = ({ role, licenses }: Physician): readonly Draft[] => [
  { code: inText(role) },
  ...licenses.map(({ state, validUntil }) => ({
    code: inText(`License to practice, ${state}`),
    period: { end: validUntil },
  })),
]

const genders = { F: 'female', M: 'male', O: 'other' } as const

const patientOf = ({ patientId, patientName, birthDate, sex }: Exam, ids: Ids): Entry =>
  entry('Patient', ids('Patient', patientId), {
    identifier: [{ type: coded(hl7('v2-0203'), 'MR', 'Medical record number'), value: patientId }],
    name: [{ text: patientName }],
    gender: genders[sex],
    birthDate,
  })

/** The person who is meant by an identifier, in whatever role. */
export const personOf = (cast: Cast, id: string): Role | undefined =>
  [...cast.supervisors, ...cast.technologists, ...cast.responders, ...cast.others].find(
    ({ personId }) => personId === id,
  )
