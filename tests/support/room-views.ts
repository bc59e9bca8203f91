import type { Page as HelpPage, RoomView } from '../../src/contract/room-view.ts'
import { sampleIds } from '../../tools/sample-site.ts'
import type { DeviceClient } from './device-client.ts'

const { chen } = sampleIds.physicians

const at = (minutesAgo: number) => new Date(Date.now() - minutesAgo * 60_000).toISOString()

/** A call for help of this room, for its own peer channel. */
export const pageOf = (device: DeviceClient): HelpPage => ({
  escalationId: 'e-1',
  kind: 'reaction',
  drill: false,
  deviceId: device.deviceId,
  roomId: device.roomId,
  roomName: 'CT 2',
  siteName: 'Imaging Center North',
  sessionId: null,
  pressedAt: at(0),
  elapsedMs: 0,
})

/** A room without a session. */
export const viewOf = (device: DeviceClient, change: Partial<RoomView> = {}): RoomView => ({
  roomId: device.roomId,
  deviceId: device.deviceId,
  roomName: 'CT 2',
  siteName: 'Imaging Center North',
  modality: 'CT',
  technologist: 'J. Ortiz, RT(R)(CT)',
  responder: 'R. Patel, RN',
  step: 'idle',
  session: null,
  escalations: [],
  orders: [],
  gapOpen: false,
  unsigned: [],
  timeline: [],
  ...change,
})

/** A session in screening, with one answer to decide. */
export function screeningView(device: DeviceClient): RoomView {
  return viewOf(device, {
    step: 'screening',
    session: {
      sessionId: 's-1',
      exam: {
        accession: 'A-0002',
        patientName: 'DOE^JANE^M',
        patientId: 'P-1042',
        birthDate: '1961-04-12',
        sex: 'F',
        weightKg: 71,
        procedure: 'CT abdomen and pelvis with contrast',
        modality: 'CT',
      },
      openedAt: at(6),
      answers: [
        {
          questionId: 'allergy',
          seq: 41,
          text: 'Has the patient had a reaction to contrast before?',
          answer: 'yes',
          leadsTo: 'physician-decides',
          note: 'hives, 2019',
          decision: null,
        },
        {
          questionId: 'metformin',
          text: 'Does the patient take metformin?',
          answer: 'yes',
          leadsTo: 'tell-physician',
          note: '',
          decision: null,
        },
        {
          questionId: 'pregnant',
          text: 'Could the patient be pregnant?',
          answer: 'no',
          leadsTo: 'go-on',
          note: '',
          decision: null,
        },
      ],
      recordsConfirmed: false,
      injections: [],
      observationLeftMs: null,
    },
    timeline: [
      { at: at(6), words: 'Session opened for accession A-0002' },
      { at: at(5), words: 'Screening: reaction before: yes' },
      { at: at(4), words: 'R. Patel, RN, checked in as on-site responder' },
    ],
  })
}

/** The same session after an injection, a gap and an order that was read back; another one waits for a signature. */
export function laterView(
  device: DeviceClient,
  ordered: { readonly id: string; readonly at: string; readonly order: RoomView['orders'][number]['order'] },
): RoomView {
  const before = screeningView(device)
  const session = before.session
  if (session === null) throw new Error('the screening view has a session')
  return {
    ...before,
    step: 'observing',
    session: {
      ...session,
      answers: session.answers.map((answer) => ({
        ...answer,
        decision: answer.questionId === 'allergy' ? ('go-on' as const) : null,
      })),
      recordsConfirmed: true,
      injections: [
        { agent: 'iohexol 350 mg I/mL', volumeMl: 100, route: 'IV', startedAt: at(3), stoppedAt: at(2) },
      ],
      observationLeftMs: 18 * 60_000,
    },
    gapOpen: true,
    gap: { openedAt: at(3), physicianId: chen },
    orders: [
      { statementId: ordered.id, physicianId: chen, order: ordered.order, at: ordered.at, readBackAt: at(0) },
    ],
    unsigned: [
      {
        sessionId: 's-0',
        accession: 'A-0001',
        closedAt: at(40),
        closingHash: 'ab'.repeat(32),
        physicianId: chen,
      },
    ],
    timeline: [
      ...before.timeline,
      { at: at(3), words: 'Injection started: iohexol 350 mg I/mL, 100 mL IV' },
      { at: at(2), words: 'Injection stopped' },
      { at: at(1), words: 'Dr. A. Chen ordered: epinephrine 0.3 mg IM now' },
      { at: at(0), words: 'Order read back' },
    ],
  }
}
