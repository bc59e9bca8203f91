import {
  addUnsigned,
  type Checkpoint,
  checkpointDue,
  nothingUnsigned,
  type SignedReceipt,
} from '../domain/log/proof.ts'
import type { DeviceIdentity } from '../platform/node/device-identity.ts'
import type { KeepingLog } from '../platform/node/keeping-log.ts'
import type { SyncFinding } from '../platform/node/sync.ts'
import type { Core } from './core.ts'

export type LogProofOptions = {
  readonly core: Core
  readonly log: Pick<KeepingLog, 'head'>
  readonly identity: Pick<DeviceIdentity, 'deviceId' | 'publicKey' | 'sign' | 'enrolment'>
  /** A chain that has not been read, or in which something was found wrong, is not vouched for. */
  readonly isDoubted: () => boolean
}

/** Has the log say of itself, signed, how far it came; and keeps what the hub signed of it. */
export type LogProof = {
  readonly tick: () => void
  /** The hub has stored the log whole up to here; its signature has been checked. */
  readonly received: (signed: SignedReceipt) => void
  /** What syncing has found out about the hub's copy and this one. */
  readonly found: (finding: SyncFinding) => void
}

export function createLogProof({ core, log, identity, isDoubted }: LogProofOptions): LogProof {
  const { deviceId: device, publicKey } = identity
  /** What an earlier run left unsigned is signed with the first entries of this one. */
  let unsigned = nothingUnsigned
  let waitsForReceipt: number | null = null

  const sign = () => {
    const reason = checkpointDue(unsigned, core.context().mono)
    if (reason === undefined || core.isReading() || isDoubted()) return
    unsigned = nothingUnsigned
    const { seq, hash } = log.head()
    const checkpoint: Checkpoint = { purpose: 'scanside-log-checkpoint', device, seq, hash }
    waitsForReceipt = seq + 1
    const signature = identity.sign(checkpoint)
    core.record({
      type: 'log-checkpointed',
      session: null,
      body: { reason, checkpoint, publicKey, signature },
    })
  }

  core.onCommitted((entries) => {
    const types = entries.map(({ type }) => type)
    // Signed at the next tick: what is committed may be a press, and behind a press nothing writes to the disk first.
    unsigned = addUnsigned(unsigned, types, core.context().mono)
  })
  return {
    tick: sign,
    received: ({ receipt, signature }) => {
      const hub = identity.enrolment()
      // One for each checkpoint: a receipt is an entry itself, which the hub confirms again.
      if (hub === null || waitsForReceipt === null || receipt.seq < waitsForReceipt) return
      waitsForReceipt = null
      core.record({
        type: 'hub-receipt-kept',
        session: null,
        body: { receipt, hubPublicKey: hub.hubPublicKey, signature },
      })
    },
    found: (finding) => {
      if (finding.kind === 'entries-quarantined') {
        const { kind, why, seqs } = finding
        const once = `${kind} ${why} ${seqs.join()}`
        core.record({ type: kind, session: null, body: { why, seqs: [...seqs] } }, { once })
        return
      }
      const { kind, had, has } = finding
      const hubPublicKey = identity.enrolment()?.hubPublicKey
      if (hubPublicKey === undefined) return
      const once = `${kind} ${had.receipt.seq} ${has.receipt.at}`
      core.record({ type: kind, session: null, body: { had, has, hubPublicKey } }, { once })
    },
  }
}
