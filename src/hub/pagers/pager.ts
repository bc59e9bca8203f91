import type { PagedPerson } from '../../domain/escalation/out-of-band.ts'
import type { PagerChannel } from '../../domain/policy/policy.ts'

/** All that leaves by a pager: nothing of a patient, nothing of who works in the room. */
export type Notice = {
  /** The same for every attempt to say the same thing, so that a repetition is known as one. */
  readonly id: string
  readonly about: 'call' | 'test'
  /** Null in a test. */
  readonly call: {
    readonly escalationId: string
    readonly kind: 'reaction' | 'question'
    readonly drill: boolean
    readonly roomId: string
    readonly room: string
    readonly pressedAt: string
    readonly round: number
  } | null
  readonly site: string
  readonly to: PagedPerson
  /** As a person reads it. */
  readonly name: string
  readonly callback: string | null
  /** The console's address. */
  readonly link: string
}

export type Delivered = { readonly ok: true; readonly words: string }
/** `final`: another attempt would fail alike. */
export type Undelivered = { readonly ok: false; readonly final: boolean; readonly words: string }
export type Outcome = Delivered | Undelivered

export type Attempt = { readonly signal: AbortSignal; readonly nowMs: number }

/** One way out. Neither method rejects. */
export type PagerWay<C extends PagerChannel = PagerChannel> = {
  readonly send: (channel: C, notice: Notice, attempt: Attempt) => Promise<Outcome>
  /** Says that the call is over, where the other side keeps it open until then. */
  readonly end?: (channel: C, notice: Notice, attempt: Attempt) => Promise<Outcome>
}

export const delivered = (words: string): Delivered => ({ ok: true, words })
export const undelivered = (final: boolean, words: string): Undelivered => ({ ok: false, final, words })

/** Technologists and terminals read it: one line, and none of what another server may have put into it. */
export const oneLine = (words: string): string =>
  words
    .replace(/\p{Cc}+/gu, ' ')
    .trim()
    .slice(0, 160)
