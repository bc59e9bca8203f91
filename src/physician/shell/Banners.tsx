import { useStore } from 'zustand'
import { Button } from '../../ui/Button.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { formatClock } from '../../ui/time.ts'
import { AlarmNews } from '../alarms/AlarmNews.tsx'
import { consequence } from '../call/readiness.ts'
import { useCall, useConsole, useOutbox } from '../console-context.ts'
import { HandoverNotices } from '../rooms/HandoverNotices.tsx'
import { TakeoverNotices } from '../rooms/TakeoverNotices.tsx'
import './banners.css'

/** What is wrong now and what to do, above whatever the physician is looking at. */
export function Banners() {
  const { account, connection, page, signing, retrySigning, dismissNotice } = useConsole()
  const who = useStore(account.store)
  const hub = useStore(connection)
  const key = useStore(signing.store)
  const { notices, soundProblem } = useStore(page)
  const { unsigned, signProblem } = useOutbox()
  const { call, readiness, speakerProblem } = useCall()
  const onCall = call.kind === 'on'
  return (
    <section className="banners" aria-label="Notices">
      <TakeoverNotices />
      <HandoverNotices />
      {soundProblem !== null && (
        <Notice tone="loud" title="The alarm cannot sound" announce>
          {soundProblem} Click anywhere on this page; it tries again every second.
        </Notice>
      )}
      {speakerProblem !== null && <Notice tone="loud" title={speakerProblem} announce />}
      {onCall &&
        (['camera', 'microphone'] as const).map((device) => {
          const ability = readiness[device]
          return ability.kind === 'missing' ? (
            <Notice key={device} tone="attention" title={consequence[device]} announce>
              {ability.words}
            </Notice>
          ) : null
        })}
      {who.kind === 'expired' && (
        <Notice
          tone="loud"
          title="Your session with the hub has ended"
          announce
          action={
            <Button busy={who.working} onClick={() => void account.signIn()}>
              Sign in again
            </Button>
          }
        >
          {who.words} Rooms that are linked now stay linked and can still call you; others cannot.
        </Notice>
      )}
      {hub.kind === 'offline' && (
        <Notice
          tone="attention"
          title={`Hub lost at ${formatClock(hub.since)}: trying again without end`}
          announce
        >
          {onCall
            ? 'Rooms with a link still see you, hear you and can call you. Rooms without one cannot.'
            : hub.words}
        </Notice>
      )}
      {hub.kind === 'refused' && hub.reason !== 'session-ended' && (
        <Notice
          tone="loud"
          title="The hub does not accept this page"
          announce
          action={<Button onClick={() => location.reload()}>Reload the page</Button>}
        >
          {hub.words}
        </Notice>
      )}
      {/* Off call, the list of what this browser lacks says it. */}
      {(signProblem !== null || (key.kind === 'failed' && onCall)) && (
        <Notice
          tone="loud"
          title="This page cannot sign what you say"
          announce
          action={<Button onClick={() => void retrySigning()}>Try again</Button>}
        >
          {signProblem ?? (key.kind === 'failed' ? key.problem.message : '')} {unsignedWords(unsigned.length)}
        </Notice>
      )}
      {key.kind === 'ready' && !key.durable && (
        <Notice tone="attention" title="This browser keeps nothing between visits">
          What you say is repeated until the room has it, but only while this page stays open.
        </Notice>
      )}
      {notices.map((words) => (
        <Notice
          key={words}
          tone="attention"
          title={words}
          announce
          action={
            <Button size="small" onClick={() => dismissNotice(words)}>
              Put away
            </Button>
          }
        />
      ))}
      <AlarmNews />
    </section>
  )
}

const unsignedWords = (count: number): string =>
  count === 0
    ? 'It is tried again by itself.'
    : `${count === 1 ? 'What you said is' : `${count} things that you said are`} kept on this page and sent as soon as it can; say it by voice meanwhile, and keep this page open.`
