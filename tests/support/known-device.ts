import { randomUUID } from 'node:crypto'
import type { HubStore } from '../../src/hub/store.ts'

export type KnownDevice = {
  readonly deviceId: string
  readonly publicKey: string
  readonly roomId?: string
  readonly hostname?: string
  /** When; now, if it does not matter. */
  readonly enrolledAt?: string
}

/** A workstation that the hub's store knows, without a hub or a workstation that runs. */
export async function knowDevice(
  { enrolment }: Pick<HubStore, 'enrolment'>,
  {
    deviceId,
    publicKey,
    roomId = 'ct-1',
    hostname = 'pc',
    enrolledAt = new Date().toISOString(),
  }: KnownDevice,
): Promise<void> {
  const codeHash = randomUUID()
  await enrolment.addCode({ codeHash, roomId, expiresAt: '2099-01-01T00:00:00.000Z' })
  await enrolment.enrol(codeHash, { deviceId, publicKey, roomId, hostname, enrolledAt })
}
