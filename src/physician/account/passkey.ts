import {
  browserSupportsWebAuthn,
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
  startAuthentication,
  startRegistration,
  WebAuthnError,
} from '@simplewebauthn/browser'
import { ok, type Problem, type Result } from '../../domain/result.ts'
import type { HubApi } from './hub-api.ts'

const fail = (kind: string, message: string) => ({ ok: false, error: { kind, message } }) as const

const noSupport = () =>
  fail(
    'no-passkey-support',
    'This browser cannot use passkeys here. Use a current Chrome, Edge, Safari or Firefox, over https.',
  )

/** Uses up an invite: makes a passkey on this device and signs in with it. */
export async function registerWithPasskey(api: HubApi, invite: string): Promise<Result<void>> {
  if (!browserSupportsWebAuthn()) return noSupport()
  const options = await api.registerOptions(invite)
  if (!options.ok) return options
  try {
    const response = await startRegistration({
      // The browser checks these options itself and says what is wrong with them.
      optionsJSON: options.value as PublicKeyCredentialCreationOptionsJSON,
    })
    const verified = await api.registerVerify(invite, response)
    return verified.ok ? ok(undefined) : verified
  } catch (error) {
    return passkeyProblem(error, 'registering')
  }
}

export async function signInWithPasskey(api: HubApi): Promise<Result<void>> {
  if (!browserSupportsWebAuthn()) return noSupport()
  const options = await api.signInOptions()
  if (!options.ok) return options
  try {
    const response = await startAuthentication({
      optionsJSON: options.value as PublicKeyCredentialRequestOptionsJSON,
    })
    const verified = await api.signInVerify(response)
    return verified.ok ? ok(undefined) : verified
  } catch (error) {
    return passkeyProblem(error, 'signing-in')
  }
}

/** What a failed passkey ceremony means to the person, and what to do. */
export function passkeyProblem(
  error: unknown,
  doing: 'registering' | 'signing-in',
): { readonly ok: false; readonly error: Problem } {
  const name =
    error instanceof WebAuthnError && error.cause instanceof Error
      ? error.cause.name
      : error instanceof Error
        ? error.name
        : 'unknown'
  switch (name) {
    // Browsers use one name for "cancelled", "timed out" and "no passkey here", on purpose.
    case 'NotAllowedError':
    case 'AbortError':
      return doing === 'registering'
        ? fail('cancelled', 'No passkey was made: the request was cancelled or took too long. Try again.')
        : fail(
            'cancelled',
            'Not signed in: the request was cancelled, took too long, or this device has no passkey for this hub. Try again, or register with an invite.',
          )
    case 'InvalidStateError':
      return fail('already-registered', 'This device already has a passkey for this hub. Sign in with it.')
    case 'SecurityError':
      return fail(
        'wrong-address',
        'Passkeys do not work at this address. Open the console at the https address in your invite.',
      )
    case 'NotSupportedError':
    case 'ConstraintError':
      return fail(
        'unsuitable-authenticator',
        'This device’s authenticator cannot make the kind of passkey that is needed. Use another device or a security key with a PIN.',
      )
    default:
      return fail(
        'passkey-failed',
        `The passkey did not work (${name}). Try again; if it keeps failing, restart the browser.`,
      )
  }
}
