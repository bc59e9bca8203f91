import type { ReactNode } from 'react'
import { useStore } from 'zustand'
import { Button } from '../../ui/Button.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { StatusWord } from '../../ui/StatusWord.tsx'
import { useCall, useConsole, useSelf } from '../console-context.ts'
import { PagesHereLine } from '../push/PagesHere.tsx'
import { type Ability, consequence, type Readiness, signatureAbility } from './readiness.ts'
import './call-page.css'

const abilities: readonly (readonly [keyof Readiness, string, string])[] = [
  ['sound', 'Alarm sound', 'starts with your click'],
  ['camera', 'Camera', 'the browser may ask'],
  ['microphone', 'Microphone', 'the browser may ask'],
  ['notifications', 'Notifications', 'the browser may ask'],
]

/** The one gesture that puts a physician on call, and what this browser lacks for it. */
export function CallPage() {
  const { goOnCall, retrySigning, signing } = useConsole()
  const { call, readiness } = useCall()
  const { name } = useSelf()
  const signature = signatureAbility(useStore(signing.store), new Date().toISOString())
  const preparing = call.kind === 'preparing'
  return (
    <section className="call-page">
      {call.kind === 'superseded' ? (
        <Notice tone="attention" title="You went on call on another page" announce>
          This page has stepped back: calls for help ring there. Close this one, or take the calls here again.
        </Notice>
      ) : (
        <h2>{name}, you are not on call</h2>
      )}
      <p className="soft">
        On call, rooms that you cover keep a link to this page, and their calls for help ring here until you
        answer, also while another tab is in front. Your camera and microphone are sent only to rooms with an
        open session or a call for help.
      </p>
      <Button
        kind="primary"
        size="large"
        icon="phone"
        busy={preparing}
        disabled={signature.kind !== 'ready'}
        onClick={() => void goOnCall()}
      >
        {preparing
          ? 'Answer the browser’s questions…'
          : call.kind === 'superseded'
            ? 'Take calls on this page'
            : 'Go on call'}
      </Button>
      <ul className="call-abilities">
        <AbilityLine
          label="Your signature"
          ability={signature}
          consequence={consequence.signature}
          before="being prepared on this browser…"
          action={
            <Button size="small" onClick={() => void retrySigning()}>
              Try again
            </Button>
          }
        />
        {abilities.map(([what, label, before]) => (
          <AbilityLine
            key={what}
            label={label}
            ability={readiness[what]}
            consequence={consequence[what]}
            before={before}
          />
        ))}
        <li>
          <PagesHereLine />
        </li>
      </ul>
    </section>
  )
}

export function AbilityLine(props: {
  readonly label: string
  readonly ability: Ability
  readonly consequence: string
  /** What happens with it when the button is pressed. */
  readonly before: string
  /** The way out when it is missing. */
  readonly action?: ReactNode
}) {
  const { label, ability } = props
  switch (ability.kind) {
    case 'ready':
      return (
        <li>
          <StatusWord status="good" word={label} detail={ability.label} />
        </li>
      )
    case 'missing':
      return (
        <li>
          <StatusWord status="attention" word={`${label}: missing`} detail={ability.words} />
          <p className="faint">{props.consequence}</p>
          {props.action}
        </li>
      )
    default:
      return (
        <li>
          <StatusWord status="idle" word={label} detail={props.before} />
        </li>
      )
  }
}
