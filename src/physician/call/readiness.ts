import type { DeviceReport } from '../../platform/web/local-media.ts'

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
export const consequence: Readonly<Record<keyof Readiness, string>> = {
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

/** Only a console that can sound may be on call: a silent page helps nobody. */
export const mayBeOnCall = (readiness: Readiness): boolean => readiness.sound.kind === 'ready'
