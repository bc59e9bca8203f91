import { type ReactNode, useEffect, useRef } from 'react'
import type { Exam } from '../../domain/policy/policy.ts'
import { formatPersonName } from '../../ui/time.ts'
import './step-frame.css'

export type StepFrameProps = {
  readonly number: number
  readonly title: string
  readonly exam?: Exam
  readonly children: ReactNode
  /** Quiet ways out, at the left of the foot. */
  readonly aside?: ReactNode
  /** The one primary action, and what it waits for. */
  readonly primary?: ReactNode
}

/** One step of the session. Its heading takes the focus when the step before it has taken the focus away. */
export function StepFrame({ number, title, exam, children, aside, primary }: StepFrameProps) {
  const ref = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    if (document.activeElement === null || document.activeElement === document.body) ref.current?.focus()
  }, [])
  return (
    <section className="step-frame" aria-label={`${number}. ${title}`}>
      <header className="step-frame-head">
        <h2 ref={ref} tabIndex={-1} className="step-frame-title">
          {number} · {title}
        </h2>
        {exam !== undefined && <Patient exam={exam} />}
      </header>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls where banners take its height, also with nothing in it to focus */}
      <div className="step-frame-body" tabIndex={0}>
        {children}
      </div>
      {(aside !== undefined || primary !== undefined) && (
        <footer className="step-frame-foot">
          <div className="step-frame-aside">{aside}</div>
          <div className="step-frame-primary">{primary}</div>
        </footer>
      )}
    </section>
  )
}

/** Two identifiers and the procedure, so that the right patient is on the screen. */
export function Patient({ exam }: { readonly exam: Exam }) {
  const weight = exam.weightKg === null ? 'weight not known' : `${exam.weightKg} kg`
  return (
    <p className="patient">
      <strong>{formatPersonName(exam.patientName)}</strong>
      <span>
        born {exam.birthDate} · {exam.sex} · {weight}
      </span>
      <span>
        {exam.procedure} · {exam.accession}
      </span>
    </p>
  )
}
