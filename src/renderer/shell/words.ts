import type { HubConnection, LinkReading } from '../../contract/ipc.ts'
import { insteadInWords } from '../../domain/coverage/instead-words.ts'
import type { LinkLack } from '../../domain/link/link.ts'
import type { Takeover } from '../../domain/workstation/state.ts'
import type { Status } from '../../ui/StatusWord.tsx'
import { formatClock, formatTime } from '../../ui/time.ts'

export const shellWords = {
  starting: 'Starting…',
  startingDetail: 'The help button below works already.',
  outside: 'This page belongs inside Scanside',
  outsideDetail:
    'It was opened in a browser, so it cannot reach the workstation. Start Scanside. In an emergency call 911.',
  ask: 'Ask the physician',
  askOpen: 'Ask everyone again',
  help: 'REACTION — CALL NOW',
  helpOpen: 'CALL AGAIN',
  helpOpenDetail: 'the call is open',
  helpDrill: 'REAL REACTION — CALL NOW',
  helpDrillDetail: 'ends the drill',
  helpCalling: 'CALLING…',
  f1: 'F1 Help',
  primaryTitle: 'Physician',
  nobody: 'No physician is on call',
  nobodyDetail: 'Telephone your supervisor or front desk.',
  standby: 'Next on the bench',
  nobodyStandby: 'nobody else is present',
  self: 'This room',
  selfAbsent: 'No camera',
  menu: {
    open: 'Menu',
    lock: 'Lock',
    signOut: 'Sign out',
    light: 'Light theme',
    dark: 'Dark theme',
    strip: 'Docked strip',
    drill: 'Practice a reaction call…',
    about: 'Help and glossary',
  },
  drill: {
    title: 'Practice a reaction call?',
    body: 'This takes the real path: alarm, physician and bench are paged, everything is logged. It is marked DRILL everywhere.',
    start: 'Start the drill',
    keep: 'Not now',
  },
} as const

export type LinkWords = { readonly status: Status; readonly word: string; readonly detail: string }

const lackWords: Record<LinkLack, string> = {
  'physician-does-not-see-room': 'they do not see this room',
  'physician-does-not-hear-room': 'they do not hear this room',
  'room-does-not-see-physician': 'you do not see them',
  'room-does-not-hear-physician': 'you do not hear them',
  'physician-is-muted': 'their microphone is muted',
  'physician-is-in-another-room': 'they have another room in front',
  'physician-has-opened-no-room': 'they have not opened this room',
  'physician-is-not-looking': 'they are not looking, their console is hidden',
  'physician-attention-unknown': 'their console does not say whether they attend to this room',
  'physician-has-not-confirmed': 'they have not confirmed yet that they supervise now',
}

/** What the link is, from what is measured; never from "connected". */
export function linkWords(reading: LinkReading, name: string | null, silent: boolean): LinkWords {
  if (silent) return { status: 'lost', word: 'UNKNOWN', detail: 'Scanside does not answer; this may be old' }
  if (name === null) {
    return { status: 'attention', word: 'NOBODY', detail: shellWords.nobody.toLowerCase() }
  }
  const { state } = reading
  switch (state.kind) {
    case 'none':
      return { status: 'idle', word: 'NOT CONNECTED', detail: name }
    case 'connecting':
      return {
        status: state.obstacle === undefined ? 'busy' : 'attention',
        word: 'CONNECTING',
        detail: state.obstacle === undefined ? `to ${name}` : `to ${name}: ${state.obstacle}`,
      }
    case 'warm':
      return { status: 'ready', word: 'READY', detail: `${name}, picture on demand` }
    case 'live':
      return { status: 'good', word: 'LIVE', detail: `${name} sees and hears this room` }
    case 'partial':
      return {
        status: 'attention',
        word: 'NOT COMPLETE',
        detail: `${name}: ${state.lacks.map((lack) => lackWords[lack]).join(', ')}`,
      }
    case 'lost':
      return { status: 'lost', word: 'LOST', detail: `${name}: ${state.reason}. Reconnecting.` }
  }
}

/** `38 ms · 30 frames/s · 0.5 % lost`, of what was measured. */
export function qualityWords({ state, roundTripMs, lossRatio, framesPerS }: LinkReading): string {
  if (state.kind !== 'live' && state.kind !== 'partial' && state.kind !== 'warm') return ''
  const parts = [
    roundTripMs === null ? null : `${Math.round(roundTripMs)} ms`,
    state.kind === 'warm' ? null : `${Math.round(framesPerS)} frames/s`,
    lossRatio === null || state.kind === 'warm' || lossRatio < 0.001
      ? null
      : `${(lossRatio * 100).toFixed(1)} % lost`,
  ]
  return parts.filter((part) => part !== null).join(' · ')
}

/** Short words for the bench: what the standby's link is. */
export function standbyWords({ state }: LinkReading): string {
  switch (state.kind) {
    case 'live':
      return 'live'
    case 'warm':
      return 'ready'
    case 'partial':
      return 'not complete'
    case 'connecting':
      return 'connecting'
    case 'lost':
      return 'link lost'
    case 'none':
      return 'not connected'
  }
}

const entries = (n: number): string => (n === 1 ? '1 entry' : `${n.toLocaleString('en-US')} entries`)

export type SyncWords = { readonly good: boolean; readonly words: string }

/** Always says how many entries are not yet synced, and why. */
export function syncWords(hub: HubConnection, unsynced: number): SyncWords {
  const kept = unsynced === 0 ? 'all records synced' : `${entries(unsynced)} not yet synced`
  switch (hub.kind) {
    case 'online':
      return unsynced === 0
        ? { good: true, words: kept }
        : { good: true, words: `syncing, ${entries(unsynced)} left` }
    case 'connecting':
      return { good: false, words: `${kept} — connecting to the hub` }
    case 'offline':
      return { good: false, words: `${kept} — hub unreachable, retrying` }
    case 'none':
      return {
        good: false,
        words: unsynced === 0 ? 'no hub yet' : `${entries(unsynced)} kept here — no hub yet`,
      }
  }
}

export const bannerWords = {
  silent: {
    title: 'Scanside does not answer: what you see may be old.',
    body: 'It is asking again by itself. In an emergency use the telephone numbers below.',
  },
  volatile: (message: string, isRetried: boolean) => ({
    title: `The record cannot be written to disk: ${message}`,
    body: isRetried
      ? 'The help button works. Patient work does not start until the disk takes entries again; they are kept in memory and tried again. Tell your IT.'
      : 'The help button works. Patient work does not start, and what happens now is kept only until Scanside ends. Tell your IT.',
  }),
  doubted: (message: string, resumes: boolean) => ({
    title: message,
    body: `The help button works, an open session can be finished, and entries are still written. No new session starts until this is cleared up.${resumes ? '' : ' Finish what is open before you quit Scanside: the next start cannot go on with it.'}`,
  }),
  gap: (since: string, name: string | null) => ({
    title: `Supervision was interrupted at ${formatTime(since)}.`,
    body: `The next injection waits until ${name ?? 'a supervising physician'} has reviewed it, or you override it with a reason at step 3.`,
  }),
  takeover: ({ why, at }: Takeover, name: string, from: string) => ({
    title: `${name} was brought in at ${formatClock(at)}, instead of ${insteadInWords(why, from)}.`,
    body: 'Speak to them. Until they confirm, they do not count as supervising and no injection starts. If nobody answers, ask the physician; for a reaction the red button works as ever.',
  }),
  stale: (issuedAt: string | null) => ({
    title:
      issuedAt === null
        ? 'The policy is out of date.'
        : `The policy is out of date: issued ${issuedAt.slice(0, 10)}.`,
    body: 'Names, credentials and rules may have changed since. It renews itself when the hub is reached.',
  }),
  noPolicy: {
    title: 'The hub has not sent the policy yet.',
    body: 'Until it does, nobody can sign in here. The help button and 911 work.',
  },
  offline: (since: string, reason: string) => ({
    title: `Hub unreachable since ${formatTime(since)}: ${reason}`,
    body: 'Sessions and the link go on; entries are kept here and sent when it is back. It retries without end.',
  }),
  restarted: {
    title: 'This screen was restarted.',
    body: 'Session and link are as they were. Check the last step before you go on.',
    action: 'I have checked',
  },
  sound: (why: string) => ({
    title: `This computer cannot sound the alarm: ${why}`,
    body: 'It is shown, and it tries again. Check the loudspeaker.',
  }),
} as const
