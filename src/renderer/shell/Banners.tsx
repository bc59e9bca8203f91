import { Button } from '../../ui/Button.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { Toasts } from '../../ui/Toasts.tsx'
import { useView, useWorkstation } from '../workstation/context.tsx'
import { physicianName } from '../workstation/people.ts'
import { dismiss } from '../workstation/store.ts'
import './banners.css'
import { HandoverNotice } from './Handover.tsx'
import { bannerWords } from './words.ts'

/** What is wrong around the work, worst first, each with what to do. */
export function Banners() {
  const { store } = useWorkstation()
  const snapshot = useView((view) => view.snapshot)
  const silent = useView((view) => view.silent)
  const restarted = useView((view) => view.restarted)
  const toasts = useView((view) => view.toasts)
  const gap = snapshot?.state.gap ?? null
  const { primary = null, takeover = null, handover = null } = snapshot?.state.supervisor ?? {}
  // Whoever supervises now can review what another has lost.
  const reviewer = primary ?? gap?.physicianId ?? null
  const enrolled = snapshot?.enrolment.kind === 'enrolled'
  // During a reaction only what changes what to do now: the rest comes back with the work.
  const calm = (snapshot?.state.reaction ?? null) === null
  return (
    <div className="banners">
      {silent && (
        <Notice tone="loud" title={bannerWords.silent.title} announce>
          {bannerWords.silent.body}
        </Notice>
      )}
      {snapshot?.durability.kind === 'volatile' && (
        <Banner
          tone="loud"
          {...bannerWords.volatile(snapshot.durability.problem.message, snapshot.durability.isRetried)}
        />
      )}
      {snapshot?.durability.kind === 'doubted' && (
        <Banner
          tone="loud"
          {...bannerWords.doubted(snapshot.durability.problem.message, snapshot.durability.resumes)}
        />
      )}
      {snapshot !== null && primary !== null && takeover !== null && (
        <Banner
          tone="loud"
          {...bannerWords.takeover(
            takeover,
            physicianName(snapshot, primary),
            physicianName(snapshot, takeover.from),
          )}
        />
      )}
      {handover !== null && <HandoverNotice handover={handover} />}
      {calm && snapshot !== null && gap !== null && (
        <Banner
          tone="attention"
          {...bannerWords.gap(gap.openedAt, reviewer === null ? null : physicianName(snapshot, reviewer))}
        />
      )}
      {calm && restarted && (
        <Notice
          tone="info"
          title={bannerWords.restarted.title}
          action={
            <Button size="small" onClick={() => store.setState({ restarted: false })}>
              {bannerWords.restarted.action}
            </Button>
          }
        >
          {bannerWords.restarted.body}
        </Notice>
      )}
      {calm && enrolled && snapshot.policy === null && <Banner tone="attention" {...bannerWords.noPolicy} />}
      {calm && snapshot?.policyStale === true && snapshot.policy !== null && (
        <Banner tone="attention" {...bannerWords.stale(snapshot.policy.issuedAt)} />
      )}
      {calm && snapshot?.hub.kind === 'offline' && (
        <Banner tone="attention" {...bannerWords.offline(snapshot.hub.since, snapshot.hub.reason)} />
      )}
      {(calm ? (snapshot?.notices ?? []) : []).map(({ kind, message }) => (
        <Notice key={`${kind} ${message}`} tone="attention" title={message} announce />
      ))}
      <Toasts toasts={toasts} onDismiss={(id) => dismiss(store, id)} />
    </div>
  )
}

function Banner(props: {
  readonly tone: 'loud' | 'attention'
  readonly title: string
  readonly body: string
}) {
  return (
    <Notice tone={props.tone} title={props.title} announce>
      {props.body}
    </Notice>
  )
}
