import { Icon } from '../../ui/Icon.tsx'
import { Meter } from '../../ui/Meter.tsx'
import { StatusWord } from '../../ui/StatusWord.tsx'
import { Video } from '../../ui/Video.tsx'
import { useSnapshot, useView, useWorkstation } from '../workstation/context.tsx'
import { linkTo, physicianInView, physicianName } from '../workstation/people.ts'
import { HandoverPicture } from './Handover.tsx'
import './link-column.css'
import { useDevice, useSelfView, useStream } from './use-media.ts'
import { linkWords, qualityWords, shellWords, standbyWords } from './words.ts'

/** Who supervises, whether they are really there, who is next, and what they see of this room. */
export function LinkColumn() {
  const snapshot = useSnapshot()
  const { standby } = snapshot.state.supervisor
  return (
    <aside className="link-column" aria-label={shellWords.primaryTitle}>
      <PhysicianView />
      <LinkStatus />
      <HandoverPicture />
      <dl className="link-bench">
        <dt>{shellWords.standby}</dt>
        <dd>
          {standby === null
            ? shellWords.nobodyStandby
            : `${physicianName(snapshot, standby)} — ${standbyWords(linkTo(snapshot, standby))}`}
        </dd>
      </dl>
      <SelfView />
    </aside>
  )
}

/** The large picture, with the sound. A picture that is not live is veiled in words. */
export function PhysicianView() {
  const snapshot = useSnapshot()
  const silent = useView((view) => view.silent)
  const physicianId = physicianInView(snapshot)
  const stream = useStream(physicianId)
  const name = physicianId === null ? null : physicianName(snapshot, physicianId)
  const { state } = linkTo(snapshot, physicianId)
  const unseen = state.kind === 'partial' && state.lacks.includes('room-does-not-see-physician')
  const veil = silent
    ? 'Picture may be old'
    : state.kind === 'lost'
      ? 'Link lost — not live'
      : unseen
        ? 'Picture has stopped'
        : undefined
  return (
    <div className="link-picture">
      <Video
        stream={state.kind === 'warm' || state.kind === 'none' ? null : stream}
        label={name ?? shellWords.nobody}
        absent={absentWords(state.kind, name)}
        veil={veil}
        corner={name !== null}
      />
    </div>
  )
}

function absentWords(kind: string, name: string | null): string {
  if (name === null) return shellWords.nobody
  if (kind === 'warm') return 'Picture flows when a session opens'
  if (kind === 'connecting') return 'Connecting…'
  return `No picture of ${name}`
}

export function LinkStatus() {
  const snapshot = useSnapshot()
  const silent = useView((view) => view.silent)
  const physicianId = physicianInView(snapshot)
  const reading = linkTo(snapshot, physicianId)
  const words = linkWords(reading, physicianId === null ? null : physicianName(snapshot, physicianId), silent)
  const quality = silent ? '' : qualityWords(reading)
  return (
    <div className={`link-status link-status-${words.status}`} role="status">
      <StatusWord status={words.status} word={words.word} detail={words.detail} size="large" />
      {quality !== '' && <p className="link-quality">{quality}</p>}
      {physicianId === null && !silent && <p className="link-quality">{shellWords.nobodyDetail}</p>}
    </div>
  )
}

export function SelfView() {
  const { media } = useWorkstation()
  const stream = useSelfView()
  const camera = useDevice('camera')
  const microphone = useDevice('microphone')
  const micLost = microphone === null || microphone.state === 'lost'
  return (
    <div className="self">
      <div className="self-picture">
        <Video
          stream={stream}
          label={shellWords.self}
          absent={camera?.state === 'lost' ? shellWords.selfAbsent : 'Opening the camera…'}
          muted
          mirrored
        />
      </div>
      <ul className="self-devices">
        <Device icon={camera?.state === 'lost' ? 'camera-off' : 'camera'} name="Camera" report={camera} />
        <Device icon="microphone" name="Microphone" report={microphone} />
        {!micLost && (
          <li>
            <Meter read={media.level} label="Level of the microphone" />
          </li>
        )}
      </ul>
    </div>
  )
}

function Device(props: {
  readonly icon: 'camera' | 'camera-off' | 'microphone'
  readonly name: string
  readonly report: ReturnType<typeof useDevice>
}) {
  const { report } = props
  const trouble = report?.state === 'lost' || report?.state === 'fallback'
  const words =
    report === null
      ? 'opening'
      : report.state === 'lost'
        ? `not working: ${report.label}`
        : report.state === 'fallback'
          ? `using ${report.label} instead`
          : 'works'
  return (
    <li className={trouble ? 'device device-trouble' : 'device'} title={report?.label}>
      <Icon name={props.icon} />
      <span>
        {props.name} {words}
      </span>
      {report !== null && !trouble && <Icon name="check" />}
    </li>
  )
}
