import { z } from 'zod'
import { linkStateSchema } from '../link/link.ts'
import {
  callTermsSchema,
  escalationKindSchema,
  gateFindingSchema,
  injectedSchema,
  insteadSchema,
  outOfBandPageSchema,
  pressOriginSchema,
} from '../log/events.ts'
import { contrastClassSchema, examSchema, gateCheckIdSchema } from '../policy/policy.ts'
import { orderSchema } from '../statement/statement.ts'
import type { WorkstationState } from './state.ts'

const maybe = z.string().nullable()

const answerSchema = z.strictObject({
  questionId: z.string(),
  text: z.string(),
  answer: z.enum(['yes', 'no']),
  leadsTo: z.enum(['go-on', 'tell-physician', 'physician-decides']),
  note: z.string(),
})

const injectionSchema = z.strictObject({
  ...injectedSchema.shape,
  physicianId: maybe,
  gate: z.array(gateFindingSchema),
  startedAt: z.string(),
  stoppedAt: maybe,
})

const orderReceivedSchema = z.strictObject({
  statementId: z.string(),
  physicianId: z.string(),
  at: z.string(),
  order: orderSchema,
  readBackAt: maybe,
})

const factsSchema = z.strictObject({
  id: z.string(),
  exam: examSchema,
  contrastClass: contrastClassSchema,
  roomId: z.string(),
  openedAt: z.string(),
  openedBy: maybe,
  answers: z.record(z.string(), answerSchema),
  answeredIn: z.record(z.string(), z.strictObject({ seq: z.number(), at: z.string() })),
  decisions: z.record(z.string(), z.enum(['go-on', 'do-not-inject'])),
  screeningCompleted: z.boolean(),
  responderId: maybe,
  recordsConfirmedBy: maybe,
  overrides: z.partialRecord(gateCheckIdSchema, z.strictObject({ reason: z.string(), finding: z.string() })),
  injections: z.array(injectionSchema),
  orders: z.array(orderReceivedSchema),
  calls: z.array(
    z.strictObject({
      id: z.string(),
      kind: escalationKindSchema,
      drill: z.boolean(),
      pressedAt: z.string(),
      cancelled: z.boolean(),
      outcome: z.string(),
    }),
  ),
})

const receiptsSchema = z.strictObject({
  paged: maybe,
  delivered: maybe,
  seen: maybe,
  accepted: maybe,
  declined: maybe,
  onScreen: maybe,
  came: maybe,
  left: maybe,
  falters: maybe,
})

const momentSchema = z.strictObject({ at: z.string(), mono: z.number(), boot: z.string() })

const observationSchema = z.strictObject({ since: momentSchema, durationMs: z.number() })

const escalationSchema = z.strictObject({
  id: z.string(),
  kind: escalationKindSchema,
  origin: pressOriginSchema,
  drill: z.boolean(),
  sessionId: maybe,
  roomId: maybe,
  terms: callTermsSchema.nullable(),
  pressedAt: z.string(),
  pressedMono: z.number(),
  pressedBoot: z.string(),
  receipts: z.record(z.string(), receiptsSchema),
  round: z.number(),
  roundAt: z.string(),
  roundMono: z.number(),
  roundBoot: z.string(),
  lastPress: momentSchema,
  roundReceipts: z.record(z.string(), receiptsSchema),
  orders: z.array(orderReceivedSchema),
  outOfBand: z.array(
    z.strictObject({
      ...outOfBandPageSchema.omit({ escalationId: true, round: true }).shape,
      since: z.string(),
    }),
  ),
  unreachable: maybe,
  cardId: maybe,
  phonesCalled: z.array(z.string()),
})

/**
 * The shape of a state that was kept on disk. Strict, so that one of another version is not taken for ours: what does
 * not fit is folded anew from the log.
 */
export const workstationStateSchema: z.ZodType<WorkstationState> = z.strictObject({
  operator: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('signed-out') }),
    z.strictObject({ kind: z.literal('signed-in'), technologistId: z.string() }),
    z.strictObject({ kind: z.literal('locked'), technologistId: z.string() }),
  ]),
  signIn: z.record(z.string(), z.strictObject({ failures: z.number(), lastFailureAt: maybe })),
  session: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('none') }),
    z.strictObject({ kind: z.literal('screening'), facts: factsSchema }),
    z.strictObject({
      kind: z.literal('ready'),
      facts: factsSchema,
      observation: observationSchema.nullable(),
    }),
    z.strictObject({ kind: z.literal('injecting'), facts: factsSchema }),
    z.strictObject({ kind: z.literal('observing'), facts: factsSchema, observation: observationSchema }),
    z.strictObject({ kind: z.literal('closing'), facts: factsSchema }),
  ]),
  supervisor: z.strictObject({
    primary: maybe,
    standby: maybe,
    takeover: z.strictObject({ from: z.string(), why: insteadSchema.shape.why, at: z.string() }).nullable(),
    handover: z
      .strictObject({
        offer: z.string(),
        from: z.string(),
        to: z.string(),
        stage: z.enum(['offered', 'accepted', 'done']),
        at: z.string(),
      })
      .nullable(),
  }),
  links: z.record(z.string(), linkStateSchema),
  gap: z.strictObject({ openedAt: z.string(), physicianId: maybe }).nullable(),
  reaction: escalationSchema.nullable(),
  question: escalationSchema.nullable(),
  unsigned: z.array(
    z.strictObject({
      sessionId: z.string(),
      accession: z.string(),
      closedAt: z.string(),
      closingHash: z.string(),
      physicianId: maybe,
    }),
  ),
})
