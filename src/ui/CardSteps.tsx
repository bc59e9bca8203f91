import type { ReactionCard } from '../domain/policy/policy.ts'
import './card-steps.css'

type Dose = NonNullable<ReactionCard['steps'][number]['dose']>

/** A card's steps in their order, as the room sees them and as the medical director approves them. */
export function CardSteps({ steps }: Pick<ReactionCard, 'steps'>) {
  return (
    <ol className="card-steps">
      {steps.map(({ text, dose }, index) => (
        <li key={text}>
          <span className="card-step-number">{index + 1}</span>
          <div>
            <p>{text}</p>
            {dose !== null && <DoseLine dose={dose} />}
          </div>
        </li>
      ))}
    </ol>
  )
}

/** Amount, millilitres, concentration and route, each in its own place: a dose is never read from one number. */
function DoseLine({ dose }: { readonly dose: Dose }) {
  const { drug, amount, volumeMl, concentration, route } = dose
  return (
    <dl className="dose">
      <div className="dose-drug">
        <dt>Drug</dt>
        <dd>{drug}</dd>
      </div>
      <div>
        <dt>Amount</dt>
        <dd>
          {amount.value} {amount.unit}
        </dd>
      </div>
      {volumeMl !== null && (
        <div>
          <dt>Volume</dt>
          <dd>{volumeMl} mL</dd>
        </div>
      )}
      {concentration !== null && (
        <div>
          <dt>Concentration</dt>
          <dd>{concentration}</dd>
        </div>
      )}
      <div>
        <dt>Route</dt>
        <dd>{route}</dd>
      </div>
    </dl>
  )
}
