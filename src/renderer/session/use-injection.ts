import { type FormEvent, useState } from 'react'
import type { Intent } from '../../contract/ipc.ts'
import type { ContrastAgent, ContrastClass, Policy } from '../../domain/policy/policy.ts'
import { useIntent } from '../workstation/context.tsx'
import { sessionWords } from './words.ts'

const words = sessionWords.ready

export const routes = ['IV', 'IA', 'IT', 'oral', 'intra-articular'] as const
type Route = (typeof routes)[number]

export type InjectionDraft = {
  readonly agentId: string
  readonly volume: string
  readonly volumeAgain: string
  readonly route: Route
  readonly lot: string
}

export type InjectionFormState = {
  readonly agents: readonly ContrastAgent[]
  readonly agent: ContrastAgent | undefined
  readonly draft: InjectionDraft
  readonly change: (part: Partial<InjectionDraft>) => void
  /** More than the site's largest volume: it is asked for a second time. */
  readonly aboveMax: boolean
  readonly problem: { readonly volume?: string; readonly volumeAgain?: string }
  readonly complete: boolean
  readonly busy: boolean
  readonly error: string | undefined
  readonly submit: (event: FormEvent) => void
}

const numberOf = (text: string): number => (text.trim() === '' ? Number.NaN : Number(text.replace(',', '.')))

/** Agent, volume, route and lot of the next injection, as entered. */
export function useInjection(policy: Policy | null, contrastClass: ContrastClass): InjectionFormState {
  const { busy, error, send } = useIntent()
  const agents = (policy?.agents ?? []).filter((agent) => agent.class === contrastClass)
  const [draft, setDraft] = useState<InjectionDraft>({
    agentId: '',
    volume: '',
    volumeAgain: '',
    route: 'IV',
    lot: '',
  })
  const agent = agents.find(({ id }) => id === draft.agentId)
  const volumeMl = numberOf(draft.volume)
  const valid = volumeMl > 0 && volumeMl <= 1000
  const aboveMax = agent !== undefined && valid && volumeMl > agent.volumeMl.max
  const confirmed = !aboveMax || numberOf(draft.volumeAgain) === volumeMl
  const complete = agent !== undefined && valid && confirmed

  const change = (part: Partial<InjectionDraft>): void => {
    const next = { ...draft, ...part }
    const chosen =
      part.agentId === undefined ? undefined : agents.find((candidate) => candidate.id === part.agentId)
    // The usual volume of the site is proposed, never one that somebody has typed over.
    const untouched = draft.volume === '' || draft.volume === String(agent?.volumeMl.usual)
    const proposed = chosen !== undefined && untouched ? { volume: String(chosen.volumeMl.usual) } : {}
    setDraft({ ...next, ...proposed, ...(part.volume === undefined ? {} : { volumeAgain: '' }) })
  }

  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (!complete) return
    const { agentId, route, lot } = draft
    const intent: Intent = {
      kind: 'start-injection',
      agentId,
      volumeMl,
      route,
      lot: lot.trim() === '' ? null : lot.trim(),
    }
    void send(intent)
  }

  return {
    agents,
    agent,
    draft,
    change,
    aboveMax,
    problem: {
      ...(draft.volume !== '' && !valid ? { volume: words.volumeMissing } : {}),
      ...(aboveMax && draft.volumeAgain !== '' && !confirmed ? { volumeAgain: words.volumeDiffers } : {}),
    },
    complete,
    busy,
    error,
    submit,
  }
}
