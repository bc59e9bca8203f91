import type { Json } from '../../domain/log/canonical.ts'
import { fail, ok, type Problem, type Result } from '../../domain/result.ts'
import { type ConsoleCertificate, clockToleranceMs } from '../../domain/statement/statement.ts'
import { verifyJson } from './ed25519.ts'

export type StatementFault =
  | 'certificate-not-by-hub'
  | 'certificate-of-another'
  | 'certificate-out-of-time'
  | 'statement-from-the-future'
  | 'statement-not-by-certificate'

/** Something that a physician says and a console's key signs: to a room, or about the site's cards. */
type Signed<S> = { readonly statement: S; readonly signature: string; readonly signer: ConsoleCertificate }

/**
 * Whether a physician said this: the hub vouches for the console's key, and that key signed the statement while
 * the certificate held. A statement may arrive long after it was made, so its own time is judged, by that of the
 * certificate, which is the hub's. A workstation's clock may be years off and says nothing about it.
 *
 * @param hubPublicKey Ed25519, 32 raw bytes in base64url, as pinned at enrolment
 * @param hubNowIso the hub's wall clock, where it is the hub that reads
 */
export function verifySignedStatement<S extends { readonly physicianId: string; readonly at: string }>(
  signed: Signed<S>,
  hubPublicKey: string,
  hubNowIso?: string,
): Result<S, Problem<StatementFault>> {
  const { statement, signature, signer } = signed
  const { certificate } = signer
  if (!verifyJson(hubPublicKey, certificate, signer.signature))
    return fail('certificate-not-by-hub', 'The certificate of this console was not issued by this hub.')
  if (certificate.physicianId !== statement.physicianId)
    return fail(
      'certificate-of-another',
      `The certificate speaks for ${certificate.physicianId}, not for ${statement.physicianId}.`,
    )
  const madeMs = Date.parse(statement.at)
  const heldFromMs = Date.parse(certificate.issuedAt) - clockToleranceMs
  const heldUntilMs = Date.parse(certificate.expiresAt) + clockToleranceMs
  if (madeMs < heldFromMs || madeMs > heldUntilMs)
    return fail(
      'certificate-out-of-time',
      `The statement is of ${statement.at}, but its certificate holds from ${certificate.issuedAt} to ${certificate.expiresAt}.`,
    )
  if (hubNowIso !== undefined && madeMs > Date.parse(hubNowIso) + clockToleranceMs)
    return fail(
      'statement-from-the-future',
      `The statement is of ${statement.at}, and it is ${hubNowIso} here: check both clocks.`,
    )
  if (!verifyJson(certificate.publicKey, statement as unknown as Json, signature))
    return fail('statement-not-by-certificate', 'The statement was not signed by the key of its certificate.')
  return ok(statement)
}
