import { type FormEvent, useState } from 'react'
import { Button } from '../../ui/Button.tsx'
import { Field } from '../../ui/Field.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { Panel } from '../../ui/Panel.tsx'
import { useIntent, useSnapshot } from '../workstation/context.tsx'
import './gateway.css'
import { gatewayWords } from './words.ts'

const words = gatewayWords.enrol

/** First run: which hub, and the code that makes this machine known there. Errors stand where they belong. */
export function Enrolment() {
  const { enrolment } = useSnapshot()
  const { busy, send } = useIntent()
  const [hub, setHub] = useState(enrolment.kind === 'enrolling' ? enrolment.hub : '')
  const [code, setCode] = useState('')
  const [problem, setProblem] = useState<{ at: 'hub' | 'code' | 'form'; message: string }>()
  const waiting = busy || enrolment.kind === 'enrolling'

  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    if (hub.trim() === '') return setProblem({ at: 'hub', message: words.missingHub })
    if (code.trim() === '') return setProblem({ at: 'code', message: words.missingCode })
    setProblem(undefined)
    const reply = await send({ kind: 'enrol', hub: hub.trim(), code: code.trim() })
    if (!reply.ok) setProblem({ at: placeOf(reply.error.kind), message: reply.error.message })
  }

  return (
    <div className="gateway">
      <form className="gateway-card" onSubmit={(event) => void submit(event)} noValidate>
        <Panel
          title={words.title}
          footer={
            <Button kind="primary" size="large" type="submit" busy={waiting} wide>
              {waiting ? words.busy : words.submit}
            </Button>
          }
        >
          <div className="gateway-form">
            <p className="gateway-lead">{words.lead}</p>
            <Field
              label={words.hub}
              hint={words.hubHint}
              value={hub}
              onChange={(event) => setHub(event.currentTarget.value)}
              error={problem?.at === 'hub' ? problem.message : undefined}
              inputMode="url"
              autoFocus
            />
            <Field
              label={words.code}
              hint={words.codeHint}
              value={code}
              onChange={(event) => setCode(event.currentTarget.value)}
              error={problem?.at === 'code' ? problem.message : undefined}
            />
            {problem?.at === 'form' && <Notice tone="attention" title={problem.message} announce />}
            <p className="gateway-lead">{words.emergency}</p>
          </div>
        </Panel>
      </form>
    </div>
  )
}

/** Where a refusal belongs: what is about the code at the code, what is about reaching the hub at its address. */
function placeOf(kind: string): 'hub' | 'code' | 'form' {
  if (kind.includes('code')) return 'code'
  return /hub|reach|certificate|address|url|tls/.test(kind) ? 'hub' : 'form'
}
