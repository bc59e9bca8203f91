import type { Socket } from 'socket.io'
import type { z } from 'zod'
import type { MessageOf } from '../../contract/hub.ts'
import type { HubContext } from '../context.ts'
import { issuesInWords, problem, unavailable } from '../refusal.ts'
import type { Answer } from '../signalling.ts'
import { StoreUnavailable } from '../store-problem.ts'
import { type Allowance, createBucket } from './token-bucket.ts'

type Handlers<M extends Record<string, z.ZodType>> = {
  readonly [K in keyof M & string]: {
    readonly allowance: Allowance
    readonly handle: (message: MessageOf<M, K>) => Answer | Promise<Answer>
  }
}

const unknownAllowance: Allowance = { burst: 20, perS: 1 }

/**
 * Takes every message of a socket through the same gates: its allowance, its schema, its handler; and answers each.
 * A message that passes none is answered too, and disturbs nobody else. Each event has its own allowance, so that
 * a flood of one kind never stands in the way of a call for help.
 */
export function listen<M extends Record<string, z.ZodType>>(
  ctx: HubContext,
  socket: Socket,
  schemas: M,
  handlers: Handlers<M>,
  inFlight: Set<Promise<unknown>>,
): void {
  const doors = new Map<string, (message: unknown) => Promise<Answer>>()
  for (const event of Object.keys(schemas) as (keyof M & string)[]) doors.set(event, door(event))
  const mayBeUnknown = createBucket(unknownAllowance, ctx.clock.nowMs)

  socket.onAny((event: string, message: unknown, ...rest: unknown[]) => {
    const acknowledge = rest.at(-1) ?? (typeof message === 'function' ? message : undefined)
    const enter = doors.get(event) ?? (async () => refuseUnknown(event))
    const answering = enter(message).then((answer) => {
      if (!answer.ok) ctx.refusals.count(answer.error.kind)
      if (typeof acknowledge === 'function') acknowledge(answer)
      inFlight.delete(answering)
    })
    inFlight.add(answering)
  })

  function door<K extends keyof M & string>(event: K): (message: unknown) => Promise<Answer> {
    const { allowance, handle } = handlers[event]
    const may = createBucket(allowance, ctx.clock.nowMs)
    const schema = schemas[event] as z.ZodType<MessageOf<M, K>> | undefined
    return async (message) => {
      if (!may()) return problem('too-fast', `Too many "${event}" messages. Wait a moment, then send again.`)
      const parsed = schema?.safeParse(message)
      if (!parsed?.success)
        return problem(
          'malformed',
          `"${event}" was not understood: ${parsed ? issuesInWords(parsed.error) : ''}.`,
        )
      try {
        return await handle(parsed.data)
      } catch (error) {
        ctx.log.error({ err: error, event }, 'a socket message failed')
        if (error instanceof StoreUnavailable) return problem(unavailable().kind, unavailable().message)
        return problem('internal', 'The hub failed at this. Send it again in a moment.')
      }
    }
  }

  const refuseUnknown = (event: string): Answer =>
    mayBeUnknown()
      ? problem('unknown-event', `This hub knows no "${event.slice(0, 40)}".`)
      : problem('too-fast', 'Too many unknown messages.')
}
