import { z } from 'zod'
import {
  type EnrolResponse,
  enrolRequestSchema,
  enrolResponseSchema,
  protocolVersion,
} from '../../contract/hub.ts'
import { fail, ok, type Problem, type Result } from '../../domain/result.ts'
import { askHub, hubAddress, notAHub, refusalOf } from './hub-http.ts'

export type EnrolRequest = {
  readonly address: string
  readonly code: string
  readonly publicKey: string
  readonly hostname: string
}
export type Enrolled = Omit<EnrolResponse, 'ok'> & { readonly hub: string }

const versionSchema = z.looseObject({ product: z.literal('scanside-hub'), protocolVersion: z.int() })

/** Makes this device known at a hub with a one-time code. Each way to fail has its own kind and words. */
export async function enrolAtHub(request: EnrolRequest): Promise<Result<Enrolled, Problem>> {
  const address = hubAddress(request.address)
  if (!address.ok) return address
  const hub = address.value
  if (!enrolRequestSchema.shape.code.safeParse(request.code).success) {
    return fail(
      'code-wrong',
      'This is not a whole one-time code. Enter it as your administrator gave it, letters and digits in groups like ABCD-2345-EFGH.',
    )
  }

  // Asked first, so that an old program does not use up a code that it cannot live with.
  const version = await askHub(hub, { method: 'GET', path: '/api/version' })
  if (!version.ok) return version
  const spoken = versionSchema.safeParse(version.value.body)
  if (!spoken.success) return { ok: false, error: notAHub(hub, 'it does not say its version') }
  if (spoken.data.protocolVersion !== protocolVersion)
    return protocolMismatch(hub, spoken.data.protocolVersion)

  const { code, publicKey, hostname } = request
  const body = JSON.stringify({ code, publicKey, hostname })
  const answer = await askHub(hub, { method: 'POST', path: '/api/enrol', body })
  if (!answer.ok) return answer
  if (answer.value.status !== 200) return { ok: false, error: refusalOf(hub, answer.value) }
  const enrolled = enrolResponseSchema.safeParse(answer.value.body)
  if (!enrolled.success) return { ok: false, error: notAHub(hub, 'its answer is not an enrolment') }
  const { ok: _, ...device } = enrolled.data
  return ok({ ...device, hub })
}

function protocolMismatch(hub: string, spoken: number): Result<never, Problem> {
  const which = spoken > protocolVersion ? 'this workstation' : 'the hub'
  return fail(
    'protocol-mismatch',
    `The hub ${hub} speaks protocol ${spoken}, this workstation ${protocolVersion}. Update ${which}.`,
  )
}
