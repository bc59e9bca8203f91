import { clockToleranceMs } from '../../domain/statement/statement.ts'
import type { DeviceReport } from '../../platform/web/local-media.ts'
import type { SigningState } from '../statements/signing.ts'

/** What this browser lets the console do while on call. `unknown`: not asked yet. */
export type Ability =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'ready'; readonly label: string }
  | { readonly kind: 'missing'; readonly words: string }

export type Readiness = {
  readonly sound: Ability
  readonly notifications: Ability
  readonly camera: Ability
  readonly microphone: Ability
}

export const unknownReadiness: Readiness = {
  sound: { kind: 'unknown' },
  notifications: { kind: 'unknown' },
  camera: { kind: 'unknown' },
  microphone: { kind: 'unknown' },
}

/** What each lack means for patients, so that a physician can decide whether to be on call like this. */
export const consequence: Readonly<Record<keyof Readiness | 'signature', string>> = {
  signature: 'No room could trust what you say: you cannot be on call.',
  sound: 'Alarms would be silent: you cannot be on call.',
  notifications:
    'An alarm still sounds and this tab’s title moves, but no notification appears over other windows.',
  camera: 'Rooms cannot see you: no injection can start under your supervision.',
  microphone: 'Rooms cannot hear you: no injection can start under your supervision.',
}

export function notificationAbility(permission: NotificationPermission | 'unsupported'): Ability {
  switch (permission) {
    case 'granted':
      return { kind: 'ready', label: 'Allowed' }
    case 'denied':
      return {
        kind: 'missing',
        words: 'Blocked for this site. Allow notifications in the browser’s site settings.',
      }
    case 'default':
      return { kind: 'missing', words: 'Not allowed yet: the question was closed without an answer.' }
    default:
      return { kind: 'missing', words: 'This browser has no notifications.' }
  }
}

export function deviceAbility({ state, label }: DeviceReport): Ability {
  if (state === 'lost') return { kind: 'missing', words: label }
  return { kind: 'ready', label: state === 'fallback' ? `${label} (instead of the preferred one)` : label }
}

/** A key alone does not speak for anybody: the hub's certificate for it must hold, by the rule of the rooms. */
export function signatureAbility(signing: SigningState, now: string): Ability {
  switch (signing.kind) {
    case 'ready':
      return Date.parse(signing.expiresAt) + clockToleranceMs > Date.parse(now)
        ? { kind: 'ready', label: 'Certified by the hub' }
        : {
            kind: 'missing',
            words: 'The hub’s certificate for your key has ended, and the hub has not renewed it.',
          }
    case 'failed':
      return { kind: 'missing', words: signing.problem.message }
    default:
      return { kind: 'unknown' }
  }
}

/** Who cannot be rung or believed helps nobody. */
export const mayBeOnCall = (readiness: Readiness, signature: Ability): boolean =>
  readiness.sound.kind === 'ready' && signature.kind === 'ready'
