import type { ServerResponse } from 'node:http'
import { Refusal } from '../refusal.ts'

const maxBatchesUnderWay = 8

/** Held from a batch's first byte until its answer is gone and nothing works on it any more. */
export type Place = {
  /** @throws {Refusal} when whoever sent it is gone, and others have taken the places meanwhile */
  readonly during: <T>(work: () => Promise<T>) => Promise<T>
}
export type UnderWay = {
  /** @throws {Refusal} when the device has too many already */
  readonly begin: (deviceId: string, response: Pick<ServerResponse, 'closed' | 'once'>) => Place
}

/** A workstation has one batch under way, and others that it has given up: each may hold megabytes here. */
export function createUnderWay(): UnderWay {
  const counts = new Map<string, number>()

  function take(deviceId: string): void {
    const before = counts.get(deviceId) ?? 0
    if (before >= maxBatchesUnderWay)
      throw new Refusal(
        429,
        'throttled',
        'The hub has several batches of this workstation under way. Wait for their answers.',
      )
    counts.set(deviceId, before + 1)
  }
  function giveBack(deviceId: string): void {
    const left = (counts.get(deviceId) ?? 1) - 1
    if (left === 0) counts.delete(deviceId)
    else counts.set(deviceId, left)
  }

  return {
    begin(deviceId, response) {
      let holders = 0
      const hold = () => {
        if (holders === 0) take(deviceId)
        holders += 1
      }
      const letGo = () => {
        holders -= 1
        if (holders === 0) giveBack(deviceId)
      }
      hold()
      // Whoever has hung up while it was asked who they are has closed it already, and it will not say so again.
      if (response.closed) letGo()
      else response.once('close', letGo)
      return {
        async during(work) {
          hold()
          try {
            return await work()
          } finally {
            letGo()
          }
        },
      }
    },
  }
}
