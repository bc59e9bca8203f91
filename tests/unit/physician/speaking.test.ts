import { describe, expect, it } from 'vitest'
import { createStore } from 'zustand/vanilla'
import type { ConsoleCertificate } from '../../../src/domain/statement/statement.ts'
import { createAccount } from '../../../src/physician/account/account.ts'
import type { HubApi } from '../../../src/physician/account/hub-api.ts'
import type { Call, CallStore } from '../../../src/physician/call/call.ts'
import { createPreferences } from '../../../src/physician/call/preferences.ts'
import { unknownReadiness } from '../../../src/physician/call/readiness.ts'
import { createConsole } from '../../../src/physician/console.ts'
import type { HubListeners } from '../../../src/physician/hub/hub-socket.ts'
import type { Speaking } from '../../../src/physician/media/room-voice.ts'
import { memoryStorage } from '../../../src/physician/statements/storage.ts'
import { handClock, noPagesHere, page } from './fixtures.ts'

const self = 'p-chen'

/** A console on call whose hub and key do as the test says; what leaves it and what it keeps can be looked at. */
async function onCall(options: { readonly hubCertifies: boolean }) {
  const clock = handClock()
  const storage = memoryStorage()
  const sent: string[] = []
  const spoken: Speaking[] = []
  const hub = { certifies: options.hubCertifies }
  const key = { works: true }
  let listeners: HubListeners | null = null
  let ids = 0

  const certificate = (publicKey: string): ConsoleCertificate => ({
    certificate: {
      physicianId: self,
      publicKey,
      issuedAt: clock.instant(),
      expiresAt: '2026-11-25T00:00:00.000Z',
    },
    signature: 'AAAA',
  })
  const away = { ok: false, error: { kind: 'unreachable', message: 'The hub cannot be reached.' } } as const
  const api = {
    me: async () => ({ ok: true, value: { physicianId: self, name: 'Dr. A. Chen' } }),
    ice: async () => away,
    consoleKey: async (publicKey: string) =>
      hub.certifies ? { ok: true, value: { signer: certificate(publicKey) } } : away,
  } as unknown as HubApi
  const subtle = new Proxy(crypto.subtle, {
    get: (target, name: keyof SubtleCrypto) =>
      name === 'sign' && !key.works
        ? () => Promise.reject(new Error('the key is gone'))
        : target[name].bind(target as never),
  })
  const call: Call = {
    store: createStore<CallStore>(() => ({
      call: { kind: 'on', since: clock.instant(), announced: true },
      readiness: unknownReadiness,
      selfView: null,
      muted: true,
      speakerProblem: null,
    })),
    prepare: async () => ({
      forRoom: () => {
        throw new Error('no room is linked here')
      },
      speak: (now) => spoken.push(now),
      attentionTo: () => ({ front: 'no-room', microphone: 'on' }),
      forget: () => undefined,
    }),
    announced: () => undefined,
    setMuted: (muted) => call.store.setState({ muted }),
    end: () => undefined,
    level: () => 0,
  }
  const console = createConsole({
    clock,
    storage,
    api,
    account: createAccount(api),
    call,
    preferences: createPreferences({
      getItem: () => null,
      setItem: () => undefined,
    } as unknown as globalThis.Storage),
    pagesHere: noPagesHere,
    subtle,
    newId: () => `id-${++ids}`,
    isVisible: () => true,
    openSocket: (opened) => {
      listeners = opened.listeners
      return {
        send: async (event, message) => {
          if (event === 'statement' && 'statement' in message) sent.push(message.statement.kind)
          return { kind: 'taken' }
        },
        retry: () => undefined,
        close: () => undefined,
      }
    },
    createLinks: () => {
      throw new Error('no room offers a link here')
    },
    assess: () => ({ kind: 'live' }),
  })
  const keyOpened = new Promise<void>((resolve) => {
    console.signing.store.subscribe(({ kind }) => {
      if (kind === 'ready' || kind === 'failed') resolve()
    })
  })
  await console.start()
  await keyOpened
  await console.goOnCall()
  const rememberedWords = async () =>
    (await storage.all('alarms')).flatMap((kept) => (kept as { said: readonly string[] }).said).sort()
  return {
    clock,
    console,
    hub,
    key,
    sent,
    spoken,
    rememberedWords,
    ring: () => listeners?.page({ page: page(), level: 'primary' }),
  }
}

/** What a physician must have at once, whatever the key does. */
const answered = ({ console, spoken }: Awaited<ReturnType<typeof onCall>>) => ({
  room: console.page.getState().openRoomId,
  voice: spoken.at(-1),
  phase: console.alarms.store.getState().alarms[0]?.phase.kind,
})
const atOnce = { room: 'd-1', voice: { frontRoomId: 'd-1', muted: false }, phase: 'mine' }

describe('accepting a call for help', () => {
  it('with a key opens picture and sound, is sent, and is remembered as said', async () => {
    const there = await onCall({ hubCertifies: true })
    there.ring()
    there.console.accept('e1')
    expect(answered(there)).toEqual(atOnce)
    await expect.poll(() => there.sent).toEqual(expect.arrayContaining(['delivered', 'accepted']))
    await expect.poll(there.rememberedWords).toEqual(['accepted', 'delivered'])
  })

  it('without a key opens them too; the word waits, and is sent and remembered once there is one', async () => {
    const there = await onCall({ hubCertifies: false })
    there.ring()
    there.console.accept('e1')
    expect(answered(there)).toEqual(atOnce)
    expect(there.console.outbox.store.getState().unsigned.map(({ kind }) => kind)).toEqual([
      'delivered',
      'accepted',
    ])
    expect(there.sent).toEqual([])
    expect(await there.rememberedWords()).toEqual([])

    there.hub.certifies = true
    there.clock.advance(11_000)
    await expect.poll(() => there.sent).toEqual(expect.arrayContaining(['delivered', 'accepted']))
    await expect.poll(there.rememberedWords).toEqual(['accepted', 'delivered'])
    expect(there.console.outbox.store.getState().unsigned).toEqual([])
  })

  it('with a key that fails keeps the word, says so, and tries again without being asked', async () => {
    const there = await onCall({ hubCertifies: true })
    there.key.works = false
    there.ring()
    there.console.accept('e1')
    expect(answered(there)).toEqual(atOnce)
    await expect.poll(() => there.console.outbox.store.getState().signProblem).toBe('the key is gone')
    expect(await there.rememberedWords()).toEqual([])

    there.key.works = true
    there.clock.advance(11_000)
    await expect.poll(() => there.sent).toEqual(expect.arrayContaining(['delivered', 'accepted']))
    expect(there.console.outbox.store.getState().signProblem).toBeNull()
  })
})
