import { html } from '../html.ts'
import type { RecordedEscalation, RecordedInjection, SessionRecord } from '../session-record.ts'
import { type Cast, type Ids, personOf } from './people.ts'
import { coded, type Draft, type Entry, entry, hl7, inText, referTo } from './resource.ts'

const ucum = 'http://unitsofmeasure.org'

export type Clinical = {
  readonly encounter: Entry
  readonly supervision: Entry
  readonly observation: Entry | null
  readonly medications: readonly Entry[]
  readonly administrations: readonly Entry[]
  readonly adverseEvents: readonly Entry[]
  readonly weight: Entry | null
  readonly screening: readonly Entry[]
  readonly links: readonly Entry[]
  readonly entries: readonly Entry[]
}

/** What was done with the patient. Where the standards' codes were not confirmed to fit, concepts are in words alone. */
export function clinicalOf(record: SessionRecord, cast: Cast, ids: Ids): Clinical {
  const subject = referTo(cast.patient)
  const encounter = encounterOf(record, cast, ids)
  const about = { subject, encounter: referTo(encounter) }
  const given = record.injections.map((injection) =>
    administrationOf(record, injection, cast, ids, encounter),
  )
  const clinical = {
    encounter,
    supervision: supervisionOf(record, cast, ids, about),
    observation: observationOf(record, ids, about),
    medications: given.map(({ medication }) => medication),
    administrations: given.map(({ administration }) => administration),
    adverseEvents: record.escalations
      .filter(isReaction)
      .map((call) => adverseEventOf(record, call, given, ids, about, cast)),
    weight: weightOf(record, ids, about),
    screening: screeningOf(record, ids, about),
    links: linksOf(record, cast, ids, about),
  }
  return { ...clinical, entries: Object.values(clinical).flatMap((part) => part ?? []) }
}

type About = { readonly subject: Draft; readonly encounter: Draft }
type Given = {
  readonly injection: RecordedInjection
  readonly medication: Entry
  readonly administration: Entry
}

const isReaction = ({ escalation, end }: RecordedEscalation): boolean =>
  escalation.kind === 'reaction' && !escalation.drill && end?.kind !== 'cancelled'

const endOf = ({ ending }: SessionRecord): string | undefined =>
  ending.kind === 'open' ? undefined : ending.at

/** FHIR refuses a period that ends before it starts; a wall clock that was set back meanwhile makes one. */
const period = (start: string, end: string | null | undefined): Draft => ({
  start,
  end: end != null && end >= start ? end : undefined,
})

const encounterStatus = { open: 'in-progress', closed: 'finished', abandoned: 'cancelled' } as const
const procedureStatus = { open: 'in-progress', closed: 'completed', abandoned: 'stopped' } as const

function encounterOf(record: SessionRecord, cast: Cast, ids: Ids): Entry {
  const { ending, exam } = record
  return entry('Encounter', ids('Encounter', 'session'), {
    identifier: [
      { value: record.sessionId },
      { type: coded(hl7('v2-0203'), 'ACSN', 'Accession ID'), value: exam.accession },
    ],
    status: encounterStatus[ending.kind],
    class: { system: hl7('v3-ActCode'), code: 'VR', display: 'virtual' },
    type: [inText('Direct supervision of contrast administration through real-time audio and video')],
    subject: referTo(cast.patient),
    participant: [...cast.supervisors, ...cast.technologists, ...cast.responders].map(({ role, name }) => ({
      type: (role.resource.code as readonly Draft[] | undefined) ?? [],
      individual: referTo(role, name),
    })),
    period: period(record.openedAt, endOf(record)),
    hospitalization:
      ending.kind === 'closed'
        ? { dischargeDisposition: inText(`Patient ${ending.disposition}`) }
        : undefined,
    serviceProvider: cast.site === null ? undefined : referTo(cast.site),
  })
}

const supervisionOf = (record: SessionRecord, cast: Cast, ids: Ids, about: About): Entry =>
  entry('Procedure', ids('Procedure', 'supervision'), {
    status: procedureStatus[record.ending.kind],
    code: inText(
      'Direct supervision through real-time audio and visual telecommunications, 42 CFR 410.32(b)(3)(ii)',
    ),
    ...about,
    performedPeriod: period(record.openedAt, endOf(record)),
    performer: cast.supervisors.map(({ role, name }) => ({
      function: inText('Supervising physician'),
      actor: referTo(role, name),
    })),
    note: [{ text: `Supervised exam: ${record.exam.procedure} (${record.exam.modality})` }],
  })

function observationOf({ observation }: SessionRecord, ids: Ids, about: About): Entry | null {
  if (observation === null) return null
  return entry('Procedure', ids('Procedure', 'observation'), {
    status: observation.endedAt === null ? 'in-progress' : 'completed',
    code: inText('Observation of the patient after contrast administration'),
    ...about,
    performedPeriod: period(observation.startedAt, observation.endedAt),
    note: [
      { text: `Due until ${observation.dueAt}` },
      { text: observation.early === null ? undefined : `Ended early: ${observation.early}` },
    ],
  })
}

function administrationOf(
  record: SessionRecord,
  injection: RecordedInjection,
  cast: Cast,
  ids: Ids,
  encounter: Entry,
): Given {
  const key = String(record.injections.indexOf(injection) + 1)
  const product = `${injection.agent}, ${injection.concentration}`
  const medication = entry('Medication', ids('Medication', key), {
    code: inText(product),
    batch: { lotNumber: injection.lot },
  })
  const starter =
    injection.startedBy.kind === 'technologist' ? personOf(cast, injection.startedBy.id) : undefined
  const administration = entry('MedicationAdministration', ids('MedicationAdministration', key), {
    status: injection.stoppedAt === null ? 'in-progress' : 'completed',
    category: inText(`Contrast agent, ${record.contrastClass}`),
    medicationReference: referTo(medication, product),
    subject: referTo(cast.patient),
    context: referTo(encounter),
    effectivePeriod: period(injection.startedAt, injection.stoppedAt),
    performer:
      starter === undefined
        ? []
        : [{ function: inText('Started the injection'), actor: referTo(starter.role, starter.name) }],
    dosage: {
      text: `${product}: ${injection.volumeMl} mL ${injection.route}`,
      route: inText(injection.route),
      dose: { value: injection.volumeMl, unit: 'mL', system: ucum, code: 'mL' },
    },
    note: [
      { text: 'The volume is the one that was entered before the start: the injector was not read.' },
      ...injection.notLive.map(({ from, to, cause }) => ({
        text: `Supervision was not live from ${from} to ${to}: ${cause}`,
      })),
    ],
  })
  return { injection, medication, administration }
}

/**
 * A call is a suspicion. It counts as an event that happened (`actual`) once a reaction card was followed in it; before
 * that, nobody has said what it was.
 */
function adverseEventOf(
  record: SessionRecord,
  { escalation, card, end }: RecordedEscalation,
  given: readonly Given[],
  ids: Ids,
  about: About,
  cast: Cast,
): Entry {
  const suspect = given.findLast(({ injection }) => injection.startedAt <= escalation.pressedAt)
  const presser = record.timeline.find(
    ({ type, at, actor }) =>
      type === 'help-pressed' && at === escalation.pressedAt && actor.kind === 'technologist',
  )?.actor
  const recorder = presser?.kind === 'technologist' ? personOf(cast, presser.id) : undefined
  const what =
    card === null
      ? 'Suspected reaction to contrast'
      : `Suspected reaction to contrast, treated by the card "${card.title}"`
  const course = [
    `${what}. Help was called at ${escalation.pressedAt}.`,
    card === null ? '' : ` Card chosen at ${card.at}, edition ${card.edition}.`,
    end === null
      ? ' The call was open when this record was made.'
      : ` The call ended at ${end.at}: ${end.words}.`,
  ].join('')
  return entry('AdverseEvent', ids('AdverseEvent', escalation.id), {
    text: {
      status: 'generated',
      div: html`<div xmlns="http://www.w3.org/1999/xhtml"><p>${course}</p></div>`.markup,
    },
    identifier: { value: escalation.id },
    actuality: card === null ? 'potential' : 'actual',
    event: inText(what),
    ...about,
    date: escalation.pressedAt,
    detected: escalation.pressedAt,
    recordedDate: escalation.pressedAt,
    recorder: recorder === undefined ? undefined : referTo(recorder.role, recorder.name),
    suspectEntity: suspect === undefined ? [] : [{ instance: referTo(suspect.administration) }],
  })
}

function weightOf({ exam, openedAt }: SessionRecord, ids: Ids, about: About): Entry | null {
  if (exam.weightKg === null) return null
  return entry('Observation', ids('Observation', 'weight'), {
    status: 'final',
    category: [coded(hl7('observation-category'), 'vital-signs', 'Vital Signs')],
    code: { coding: [{ system: 'http://loinc.org', code: '29463-7' }], text: 'Body weight' },
    ...about,
    effectiveDateTime: openedAt,
    note: [{ text: 'As the exam had it when the session was opened.' }],
    valueQuantity: { value: exam.weightKg, unit: 'kg', system: ucum, code: 'kg' },
  })
}

const screeningOf = ({ answers }: SessionRecord, ids: Ids, about: About): readonly Entry[] =>
  answers.map(({ answer, decision }) =>
    entry('Observation', ids('Observation', `screening ${answer.questionId}`), {
      status: 'final',
      category: [coded(hl7('observation-category'), 'survey', 'Survey')],
      code: inText(answer.text),
      ...about,
      valueBoolean: answer.answer === 'yes',
      note: [
        { text: answer.note },
        {
          text:
            decision === null
              ? undefined
              : `The physician decided: ${decision === 'go-on' ? 'go on' : 'do not inject'}`,
        },
      ],
    }),
  )

const linksOf = (record: SessionRecord, cast: Cast, ids: Ids, about: About): readonly Entry[] =>
  record.links.map((span, index) => {
    const physician = personOf(cast, span.physicianId)
    const name = record.names[span.physicianId] ?? span.physicianId
    return entry('Observation', ids('Observation', `link ${index + 1}`), {
      status: 'final',
      category: [coded(hl7('observation-category'), 'procedure', 'Procedure')],
      code: inText(`Two-way audio and video between the room and ${name}, as measured at both ends`),
      ...about,
      effectivePeriod: period(span.from, span.to),
      performer: physician === undefined ? [] : [referTo(physician.role, name)],
      valueString: span.kind,
      note: [{ text: span.cause }],
      device: referTo(cast.workstation),
    })
  })
