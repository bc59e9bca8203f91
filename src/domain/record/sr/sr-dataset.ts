import type { Sha256Hex } from '../../log/entry.ts'
import { createIds } from '../fhir/resource.ts'
import { summaryLines } from '../record-summary.ts'
import type { RecordedEscalation, RecordedInjection, SessionRecord } from '../session-record.ts'
import {
  type Code,
  coded,
  codeItem,
  container,
  contentOf,
  type DicomDataset,
  dateTime,
  decimal,
  dicomDate,
  dicomDateTime,
  dicomTime,
  type Item,
  measured,
  person,
  personName,
  short,
  text,
  uidRef,
} from './content.ts'

// PS3.16, Annex D. The concepts of Supplement 164 (Imaging Agent Administration) where they fit. The text of TID 11020 was
// not at hand as a whole, so the document is a Comprehensive SR and claims no template.
const performed: Code = ['130227', 'DCM', 'Performed Imaging Agent Administration']
const step: Code = ['130195', 'DCM', 'Imaging Agent Administration Step']
const stepUid: Code = ['130246', 'DCM', 'Imaging Agent Administration Performed Step UID']
const agentInformation: Code = ['130183', 'DCM', 'Imaging Agent Information']
const agentIdentifier: Code = ['130254', 'DCM', 'Imaging Agent Identifier']
const material: Code = ['121145', 'DCM', 'Description of Material']
const lotIdentifier: Code = ['121149', 'DCM', 'Lot Identifier']
const volume: Code = ['122091', 'DCM', 'Volume administered']
const route: Code = ['410675002', 'SCT', 'Route of Administration']
const started: Code = ['111526', 'DCM', 'DateTime Started']
const ended: Code = ['111527', 'DCM', 'DateTime Ended']
const administeredBy: Code = ['121152', 'DCM', 'Person administering drug/contrast']
const adverseEvents: Code = ['130212', 'DCM', 'Imaging Agent Administration Adverse Events']
const detected: Code = ['130215', 'DCM', 'Adverse Event Detection DateTime']
const comment: Code = ['121106', 'DCM', 'Comment']
const observerType: Code = ['121005', 'DCM', 'Observer Type']
const device: Code = ['121007', 'DCM', 'Device']
const deviceUid: Code = ['121012', 'DCM', 'Device Observer UID']
const deviceName: Code = ['121013', 'DCM', 'Device Observer Name']
const accessionNumber: Code = ['121022', 'DCM', 'Accession Number']
const milliliter: Code = ['mL', 'UCUM', 'mL']

const comprehensiveSr = '1.2.840.10008.5.1.4.1.1.88.33'
const utf8 = 'ISO_IR 192'

/**
 * What was injected, by whom, and what followed, as a DICOM structured report; null where nothing was injected. The log
 * does not hold the study of the exam, so the report makes a study of its own under the same accession number.
 */
export function srDataset(record: SessionRecord, madeAt: string, sha256: Sha256Hex): DicomDataset | null {
  if (record.injections.length === 0) return null
  const { exam, chain, ending, openedAt } = record
  const uid = uidsOf(record, sha256)
  return {
    SpecificCharacterSet: utf8,
    TimezoneOffsetFromUTC: '+0000',
    SOPClassUID: comprehensiveSr,
    // The same record made again is another document.
    SOPInstanceUID: uid('instance', `${chain.last.hash} ${madeAt}`),
    PatientName: personName(exam.patientName),
    PatientID: short(exam.patientId, 64),
    PatientBirthDate: exam.birthDate.replaceAll('-', ''),
    PatientSex: exam.sex,
    ...(exam.weightKg === null ? {} : { PatientWeight: decimal(exam.weightKg) }),
    StudyInstanceUID: uid('study', 'supervision'),
    StudyDate: dicomDate(openedAt),
    StudyTime: dicomTime(openedAt),
    StudyID: short(exam.accession, 16),
    StudyDescription: short(exam.procedure, 64),
    AccessionNumber: short(exam.accession, 16),
    ReferringPhysicianName: '',
    Modality: 'SR',
    SeriesInstanceUID: uid('series', 'supervision'),
    SeriesNumber: '1',
    SeriesDescription: 'Supervision of contrast administration',
    ReferencedPerformedProcedureStepSequence: [],
    Manufacturer: 'Scanside',
    ManufacturerModelName: 'Scanside workstation',
    DeviceSerialNumber: short(record.deviceId, 64),
    ...(record.site === null ? {} : { InstitutionName: short(record.site.name, 64) }),
    InstanceNumber: String(chain.count),
    ContentDate: dicomDate(madeAt),
    ContentTime: dicomTime(madeAt),
    CompletionFlag: ending.kind === 'open' ? 'PARTIAL' : 'COMPLETE',
    ...verification(record),
    PerformedProcedureCodeSequence: [],
    ValueType: 'CONTAINER',
    ConceptNameCodeSequence: [codeItem(performed)],
    ContinuityOfContent: 'SEPARATE',
    ...contentOf([
      coded(observerType, device, 'HAS OBS CONTEXT'),
      uidRef(deviceUid, uid('device', record.deviceId), 'HAS OBS CONTEXT'),
      text(deviceName, `Scanside workstation ${record.deviceId}`, [], 'HAS OBS CONTEXT'),
      text(accessionNumber, exam.accession, [], 'HAS OBS CONTEXT'),
      ...record.injections.map((injection, index) => stepItem(record, injection, index, uid)),
      container(adverseEvents, record.escalations.map(eventItem)),
      ...summaryLines(record).map(({ words }) => text(comment, words)),
      text(
        comment,
        `Made from ${chain.count} entries of the log of workstation ${record.deviceId}, session ${record.sessionId}; last entry ${chain.last.seq}, SHA-256 ${chain.last.hash}`,
      ),
    ]),
  }
}

/** UIDs under 2.25, from UUIDs: the same for the same thing of the same session. */
function uidsOf({ sessionId }: SessionRecord, sha256: Sha256Hex): (kind: string, key: string) => string {
  const ids = createIds(sessionId, sha256)
  return (kind, key) => `2.25.${BigInt(`0x${ids(`DICOM ${kind}`, key).replaceAll('-', '')}`)}`
}

function verification({ signature, site }: SessionRecord): DicomDataset {
  if (signature?.fits !== true || site === null) return { VerificationFlag: 'UNVERIFIED' }
  return {
    VerificationFlag: 'VERIFIED',
    VerifyingObserverSequence: [
      {
        VerifyingOrganization: short(site.name, 64),
        VerificationDateTime: dicomDateTime(signature.at),
        VerifyingObserverName: personName(signature.physician),
        VerifyingObserverIdentificationCodeSequence: [],
      },
    ],
  }
}

function stepItem(
  record: SessionRecord,
  injection: RecordedInjection,
  index: number,
  uid: (kind: string, key: string) => string,
): Item {
  const { startedBy, physicianId, notLive } = injection
  const starter = startedBy.kind === 'technologist' ? (record.names[startedBy.id] ?? startedBy.id) : null
  const supervisor = physicianId === null ? null : (record.names[physicianId] ?? physicianId)
  return container(step, [
    uidRef(stepUid, uid('step', String(index + 1))),
    container(agentInformation, [
      text(agentIdentifier, injection.agentId),
      text(material, `${injection.agent}, ${injection.concentration}`),
      text(lotIdentifier, injection.lot),
    ]),
    measured(volume, injection.volumeMl, milliliter, [
      text(comment, 'As set before the injection: the injector was not read', [], 'HAS PROPERTIES'),
    ]),
    text(route, injection.route),
    dateTime(started, injection.startedAt),
    dateTime(ended, injection.stoppedAt),
    person(administeredBy, starter),
    text(
      comment,
      supervisor === null
        ? 'No supervising physician was on call'
        : `Supervised by ${supervisor} through real-time audio and visual telecommunications, 42 CFR 410.32(b)(3)(ii)`,
    ),
    ...notLive.map(({ from, to, cause }) =>
      text(comment, `Supervision was not live from ${from} to ${to}: ${cause}`),
    ),
  ])
}

/** A suspicion, as the log has it: nobody has said yet which kind and how severe. */
function eventItem({ escalation, card, end }: RecordedEscalation): Item {
  if (escalation.kind !== 'reaction' || escalation.drill || end?.kind === 'cancelled') return null
  const words = [
    'Suspected reaction, help was called',
    ...(card === null ? [] : [`card followed: ${card.title} (${card.edition})`]),
    ...(end === null ? [] : [`the call ended at ${end.at}: ${end.words}`]),
  ]
  return text(comment, words.join('; '), [dateTime(detected, escalation.pressedAt, 'HAS PROPERTIES')])
}
