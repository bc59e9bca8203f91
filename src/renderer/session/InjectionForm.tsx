import { EmptyState } from '../../ui/EmptyState.tsx'
import { Field, Select } from '../../ui/Field.tsx'
import { type InjectionFormState, routes } from './use-injection.ts'
import { sessionWords } from './words.ts'

const words = sessionWords.ready

export function InjectionForm(props: { readonly formId: string; readonly injection: InjectionFormState }) {
  const { agents, agent, draft, change, aboveMax, problem, submit } = props.injection
  if (agents.length === 0) return <EmptyState icon="info" title={words.noAgents} />
  return (
    <form id={props.formId} className="injection-form" onSubmit={submit} noValidate>
      <div className="injection-wide">
        <Select
          label={words.agent}
          value={draft.agentId}
          placeholder={words.agentChoose}
          options={agents.map(({ id, name, brand, concentration }) => ({
            value: id,
            label: `${name} (${brand}) ${concentration.value} ${concentration.unit}`,
          }))}
          onChange={(agentId) => change({ agentId })}
        />
      </div>
      <Field
        label={words.volume}
        inputMode="decimal"
        value={draft.volume}
        hint={agent === undefined ? undefined : `Usual here: ${agent.volumeMl.usual} mL`}
        error={problem.volume}
        onChange={(event) => change({ volume: event.currentTarget.value })}
      />
      <Select
        label={words.route}
        value={draft.route}
        options={routes.map((route) => ({ value: route, label: route }))}
        onChange={(value) => change({ route: routes.find((route) => route === value) ?? 'IV' })}
      />
      {aboveMax && agent !== undefined && (
        <div className="injection-wide">
          <Field
            label={words.volumeConfirm}
            inputMode="decimal"
            value={draft.volumeAgain}
            hint={words.volumeAgain(agent.volumeMl.max)}
            error={problem.volumeAgain}
            onChange={(event) => change({ volumeAgain: event.currentTarget.value })}
          />
        </div>
      )}
      <div className="injection-wide">
        <Field
          label={words.lot}
          maxLength={40}
          value={draft.lot}
          onChange={(event) => change({ lot: event.currentTarget.value })}
        />
      </div>
    </form>
  )
}
