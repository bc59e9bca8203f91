import type { MessageOf, workstationToHub } from '../contract/hub.ts'
import { canonicalJson, type Json } from '../domain/log/canonical.ts'
import type { SignedStatement, Statement } from '../domain/statement/statement.ts'
import { sha256Hex } from '../platform/node/ed25519.ts'
import { verifySignedStatement } from '../platform/node/verify-statement.ts'
import { nowIso } from './clock.ts'
import type { HubContext } from './context.ts'
import type { Presence } from './presence.ts'
import { problem } from './refusal.ts'
import { type Answer, accepted, refuseRoom } from './signalling.ts'
import type { ConsolePeer, WorkstationPeer } from './sockets/peers.ts'
import type { Letter } from './store.ts'

/** Physicians' signed words on their way into a room's log: kept until the room says that they are in it. */
export type Statements = {
  readonly take: (from: ConsolePeer, signed: SignedStatement) => Promise<Answer>
  /** The room's workstation has just connected. */
  readonly deliver: (to: WorkstationPeer) => Promise<void>
  readonly logged: (
    from: WorkstationPeer,
    message: MessageOf<typeof workstationToHub, 'statement-logged'>,
  ) => Promise<Answer>
}

export function createStatements(
  ctx: HubContext,
  presence: Presence,
  onTaken: (statement: Statement) => void,
): Statements {
  async function keep(signed: SignedStatement): Promise<Letter | undefined> {
    const { id: statementId, deviceId, physicianId } = signed.statement
    // Only what was said: a statement signed anew under a newer certificate is the same statement.
    const hash = sha256Hex(canonicalJson(signed.statement as unknown as Json))
    const receivedAt = nowIso(ctx.clock)
    const kept = await ctx.store.mailbox.put({
      statementId,
      deviceId,
      physicianId,
      hash,
      signed: JSON.stringify(signed),
      receivedAt,
      loggedAt: null,
    })
    return kept.hash === hash ? kept : undefined
  }

  return {
    async take(from, signed) {
      const { statement } = signed
      const { id: statementId, deviceId } = statement
      if (statement.physicianId !== from.physicianId)
        return problem('not-your-word', 'You can speak for yourself only.')
      const refused = refuseRoom(ctx, from.physicianId, deviceId)
      if (refused) return refused
      const verified = verifySignedStatement(signed, ctx.keys.publicKey, nowIso(ctx.clock))
      if (!verified.ok) return problem(verified.error.kind, verified.error.message)

      const letter = await keep(signed)
      if (letter === undefined)
        return problem(
          'statement-conflict',
          'Another statement of this name is here already; it stays as it was.',
        )
      if (letter.loggedAt !== null) from.send('statement-logged', { statementId })
      else {
        presence.workstation(deviceId)?.send('statement', signed)
        onTaken(statement)
      }
      return accepted
    },
    async deliver(to) {
      // Written by `keep`, from a statement that had been validated.
      for (const { signed } of await ctx.store.mailbox.undelivered(to.deviceId))
        if (signed !== null) to.send('statement', JSON.parse(signed) as SignedStatement)
    },
    async logged(from, { statementId }) {
      const letter = await ctx.store.mailbox.markLogged(from.deviceId, statementId, nowIso(ctx.clock))
      // A statement that came over the peer channel alone is not in the mailbox; its console knows by that channel.
      if (letter)
        for (const peer of presence.consolesOf(letter.physicianId))
          peer.send('statement-logged', { statementId })
      return accepted
    },
  }
}
