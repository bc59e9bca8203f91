import type { z } from 'zod'
import type { hubToConsole, hubToWorkstation, MessageOf } from '../../contract/hub.ts'

/** Puts a message on one socket. What is sent to a socket that has just closed is lost, and resent on its return. */
export type Send<M extends Record<string, z.ZodType>> = <K extends keyof M & string>(
  event: K,
  message: MessageOf<M, K>,
) => void

/** A live connection, here or at another hub on the same store. */
type Peer = {
  readonly id: string
  readonly isHere: boolean
  readonly close: () => void
}

/** A workstation's live connection. */
export type WorkstationPeer = Peer & {
  readonly deviceId: string
  readonly roomId: string
  readonly send: Send<typeof hubToWorkstation>
}

/** A console's live connection: one page of a signed-in physician. */
export type ConsolePeer = Peer & {
  readonly physicianId: string
  readonly sessionId: string
  readonly sessionEndsAtMs: number
  readonly send: Send<typeof hubToConsole>
}
