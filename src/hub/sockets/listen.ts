import type { Socket } from 'socket.io'
import type { z } from 'zod'
import type { MessageOf } from '../../contract/hub.ts'
import type { Allowance } from '../allowances.ts'
import type { HubContext } from '../context.ts'
import { issuesInWords, problem, unavailable } from '../refusal.ts'
import type { Answer } from '../signalling.ts'
import { StoreUnavailable } from '../store-problem.ts'

type Handlers<M extends Record<string, z.ZodType>> = {
  readonly [K in keyof M & string]: {
    readonly allowance: Allowance
    readonly handle: (message: MessageOf<M, K>) => Answer | Promise<Answer>
  }
}

const unknownAllowance: Allowance = { burst: 20, perS: 1 }
/** To refuse is work, too: whoever has been told to wait so often and goes on loses the connection. */
const tooFastAllowance: Allowance = { burst: 5000, perS: 100 }
/** Far above a whole list of rooms that negotiate at once, bytes. */
const bytesAllowance: Allowance = { burst: 16 * 1024 * 1024, perS: 1024 * 1024 }

/**
 * Takes every message of a socket through the same gates: its allowance, its schema, its handler; and answers each.
 * A message that passes none is answered too, and disturbs nobody else. Each event has its own allowance, so that
 * a flood of one kind never stands in the way of a call for help.
 * @param who whose allowances they are, over all their connections
 */
export function listen<M extends Record<string, z.ZodType>>(
  ctx: HubContext,
  socket: Socket,
  who: string,
  schemas: M,
  handlers: Handlers<M>,
  inFlight: Set<Promise<unknown>>,
): void {
  const doors = new Map<string, (message: unknown) => Promise<Answer>>()
  for (const event of Object.keys(schemas) as (keyof M & string)[]) doors.set(event, door(event))
  const may = (what: string, allowance: Allowance, amount?: number) =>
    ctx.allowances.take(`${who} ${what}`, allowance, amount)

  const weigh = (data: string | Buffer) => {
    if (!may('bytes', bytesAllowance, data.length)) cutOff()
  }
  socket.conn.on('data', weigh)
  socket.once('disconnect', () => void socket.conn.off('data', weigh))
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
    const schema = schemas[event] as z.ZodType<MessageOf<M, K>> | undefined
    return async (message) => {
      if (!may(event, allowance))
        return tooFast(`Too many "${event}" messages. Wait a moment, then send again.`)
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
    may('unknown', unknownAllowance)
      ? problem('unknown-event', `This hub knows no "${event.slice(0, 40)}".`)
      : tooFast('Too many unknown messages.')

  function tooFast(words: string): Answer {
    if (!may('too-fast', tooFastAllowance)) cutOff()
    return problem('too-fast', words)
  }

  function cutOff(): void {
    if (!socket.connected) return
    ctx.refusals.count('flood')
    ctx.log.warn({ who }, 'flood cut off')
    socket.disconnect(true)
  }
}
