import { type FormEvent, useState } from 'react'
import { useStore } from 'zustand'
import { Button } from '../../ui/Button.tsx'
import { Field } from '../../ui/Field.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { useConsole } from '../console-context.ts'
import { ThemeButton } from '../shell/ThemeButton.tsx'
import type { Theme } from '../shell/theme.ts'
import { inviteCodeOf } from './invite.ts'
import './account-page.css'

/** Sign in with a passkey, or make one with an invite. */
export function AccountPage({ theme }: { readonly theme: Theme }) {
  const { account } = useConsole()
  const state = useStore(account.store)
  const [invite] = useState(() => new URLSearchParams(location.search).get('code'))
  const [registering, setRegistering] = useState(invite !== null)
  const problem = state.kind === 'signed-out' ? state.problem : null

  if (state.kind === 'checking')
    return (
      <main className="account">
        <p role="status">Asking the hub who is signed in…</p>
      </main>
    )
  const busy = state.kind === 'working'
  return (
    <main className="account">
      <div className="account-theme">
        <ThemeButton theme={theme} />
      </div>
      <div className="account-card">
        <header>
          <p className="account-brand">Scanside</p>
          <h1>{registering ? 'Register as supervising physician' : 'Physician’s console'}</h1>
        </header>
        {problem !== null && (
          <Notice tone="attention" title={problem.message} announce>
            {problem.kind === 'unreachable' ? 'Nothing is lost: sign in when the hub is back.' : undefined}
          </Notice>
        )}
        {registering ? (
          <Register busy={busy} invite={invite ?? ''} onRegister={account.register} />
        ) : (
          <SignIn busy={busy} onSignIn={account.signIn} />
        )}
        <Button kind="plain" size="small" disabled={busy} onClick={() => setRegistering(!registering)}>
          {registering ? 'I have a passkey already: sign in' : 'I have an invite: register'}
        </Button>
      </div>
    </main>
  )
}

function SignIn({ busy, onSignIn }: { readonly busy: boolean; readonly onSignIn: () => Promise<void> }) {
  return (
    <>
      <p className="soft">
        You sign in with the passkey of this device: a fingerprint, a face, a PIN or a security key. There is
        no password.
      </p>
      <Button kind="primary" size="large" icon="person" wide busy={busy} onClick={() => void onSignIn()}>
        {busy ? 'Waiting for your passkey…' : 'Sign in with a passkey'}
      </Button>
    </>
  )
}

function Register(props: {
  readonly busy: boolean
  readonly invite: string
  readonly onRegister: (invite: string) => Promise<void>
}) {
  const [text, setText] = useState(props.invite)
  const [missing, setMissing] = useState(false)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const code = inviteCodeOf(text)
    setMissing(code === null)
    if (code !== null) void props.onRegister(code)
  }
  return (
    <form className="account-form" onSubmit={submit} noValidate>
      <Field
        label="Invite"
        hint="Paste the code or the whole link that you were sent. It works once."
        error={missing ? 'Enter the invite that you were sent.' : undefined}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        autoFocus={props.invite === ''}
      />
      <Button kind="primary" size="large" icon="person" wide type="submit" busy={props.busy}>
        {props.busy ? 'Waiting for your passkey…' : 'Make a passkey and sign in'}
      </Button>
    </form>
  )
}
