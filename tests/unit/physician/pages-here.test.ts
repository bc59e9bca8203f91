import { describe, expect, it, vi } from 'vitest'
import { fail, ok } from '../../../src/domain/result.ts'
import { createPagesHere } from '../../../src/physician/push/pages-here.ts'
import { pagesHereWords } from '../../../src/physician/push/words.ts'
import { toBase64url } from '../../../src/physician/statements/bytes.ts'

const bytes = (of: number) => new Uint8Array(65).fill(of).buffer
const [keyA, keyB] = [bytes(1), bytes(2)]

/** A browser with its push service, and a hub: played. What each was told can be looked at. */
function scene() {
  const told: string[] = []
  const hub = { wanted: true, key: keyA, answers: true }
  const browser = {
    permission: 'default' as NotificationPermission,
    answer: 'granted' as NotificationPermission,
    asked: 0,
    refuses: null as string | null,
    hangs: false,
    current: null as { endpoint: string; key: ArrayBuffer } | null,
  }
  let made = 0
  let remembered: string | null = null
  const subscriptionNow = () => {
    const { current } = browser
    return current === null
      ? null
      : {
          endpoint: current.endpoint,
          options: { applicationServerKey: current.key },
          toJSON: () => ({ endpoint: current.endpoint, keys: { p256dh: 'p', auth: 'a' } }),
          unsubscribe: async () => {
            told.push(`browser drops ${current.endpoint}`)
            browser.current = null
            return true
          },
        }
  }
  const registration = {
    pushManager: {
      getSubscription: async () => subscriptionNow(),
      subscribe: async ({ applicationServerKey }: { applicationServerKey: string }) => {
        if (browser.hangs) await new Promise(() => undefined)
        if (browser.refuses !== null) throw new Error(browser.refuses)
        if (browser.current === null) {
          made += 1
          const key = [keyA, keyB].find((one) => toBase64url(one) === applicationServerKey) ?? keyA
          browser.current = { endpoint: `https://push/${made}`, key }
        }
        return subscriptionNow()
      },
    },
  }
  const container = {
    register: async () => registration,
    ready: Promise.resolve(registration),
    getRegistration: async () => registration,
  } as unknown as ServiceWorkerContainer
  const keeper = createPagesHere({
    api: {
      pushKey: async () =>
        hub.answers
          ? ok({ ok: true as const, wanted: hub.wanted, publicKey: toBase64url(hub.key) })
          : fail('unreachable', 'The hub cannot be reached.'),
      pushBegin: async ({ endpoint }) => ok(void told.push(`hub takes ${endpoint}`)),
      pushEnd: async (endpoint) => ok(void told.push(`hub drops ${endpoint}`)),
    },
    container,
    permission: () => browser.permission,
    ask: async () => {
      browser.asked += 1
      browser.permission = browser.answer
      return browser.answer
    },
    memory: {
      pagedHere: () => remembered,
      setPagedHere: (physicianId) => {
        remembered = physicianId
      },
    },
  })
  return { told, hub, browser, keeper, kind: () => keeper.store.getState().kind }
}

async function turnedOn() {
  const made = scene()
  await made.keeper.check('p-chen')
  await made.keeper.turnOn('p-chen')
  expect(made.kind()).toBe('on')
  return made
}

describe('pages in this browser', () => {
  it('are off, and the browser asks nothing, until their button is pressed, whose words come first', async () => {
    const { keeper, browser, kind, told } = scene()
    await keeper.check('p-chen')
    expect([kind(), browser.asked, told]).toEqual(['off', 0, []])
    expect(pagesHereWords(keeper.store.getState()).detail).toContain('The browser will ask')
    await keeper.turnOn('p-chen')
    expect([kind(), browser.asked, told]).toEqual(['on', 1, ['hub takes https://push/1']])
  })

  it('are told to the hub again at each visit, because a hub may have lost them, and ask nothing', async () => {
    const { keeper, browser, told, kind } = await turnedOn()
    keeper.leave()
    await keeper.check('p-chen')
    expect([kind(), browser.asked]).toEqual(['on', 1])
    expect(told).toEqual(['hub takes https://push/1', 'hub takes https://push/1'])
  })

  it('are subscribed anew when the hub has another key, or the browser has lost its subscription', async () => {
    const { keeper, browser, hub, told, kind } = await turnedOn()
    hub.key = keyB
    await keeper.check('p-chen')
    expect(kind()).toBe('on')
    expect(told.slice(1)).toEqual(['browser drops https://push/1', 'hub takes https://push/2'])
    browser.current = null
    await keeper.check('p-chen')
    expect(told.at(-1)).toBe('hub takes https://push/3')
    expect(browser.asked).toBe(1)
  })

  it('are the wish of one person: of whoever signs in next they are not', async () => {
    const { keeper, told, kind } = await turnedOn()
    keeper.leave()
    await keeper.check('p-rao')
    expect([kind(), told.length]).toEqual(['off', 1])
    await keeper.turnOn('p-rao')
    await keeper.check('p-chen')
    expect(kind()).toBe('off')
  })

  it('end in the browser and at the hub when they are turned off, and stay off', async () => {
    const { keeper, told, kind } = await turnedOn()
    await keeper.turnOff()
    expect(told.slice(1)).toEqual(['browser drops https://push/1', 'hub drops https://push/1'])
    await keeper.check('p-chen')
    expect([kind(), told.length]).toEqual(['off', 3])
  })

  it('say it where the browser refuses, where the question was closed, and where the site does not want them', async () => {
    const { keeper, browser, hub, kind } = scene()
    browser.answer = 'denied'
    await keeper.turnOn('p-chen')
    expect(kind()).toBe('refused')
    browser.answer = 'default'
    await keeper.turnOn('p-chen')
    expect(kind()).toBe('off')
    hub.wanted = false
    await keeper.check('p-chen')
    expect(kind()).toBe('not-offered')
  })

  it('say why they are not on when the push service or the hub fails, and are tried again', async () => {
    const { keeper, browser, hub, kind } = scene()
    browser.refuses = 'push service not available'
    await keeper.turnOn('p-chen')
    expect(keeper.store.getState()).toEqual({
      kind: 'failed',
      words: 'The browser says: push service not available.',
    })
    browser.refuses = null
    hub.answers = false
    await keeper.turnOn('p-chen')
    expect(keeper.store.getState()).toEqual({ kind: 'failed', words: 'The hub cannot be reached.' })
    hub.answers = true
    await keeper.turnOn('p-chen')
    expect(kind()).toBe('on')
  })

  it('wait half a minute for a push service that no firewall lets through, say it, and hold up nothing after that', async () => {
    vi.useFakeTimers()
    try {
      const { keeper, browser, kind } = scene()
      browser.hangs = true
      const turned = keeper.turnOn('p-chen')
      await vi.advanceTimersByTimeAsync(29_000)
      expect(kind()).toBe('turning-on')
      await vi.advanceTimersByTimeAsync(1000)
      await turned
      expect(pagesHereWords(keeper.store.getState()).detail).toMatch(
        /push service does not answer; whoever looks after this network .* no call reaches this browser\.$/,
      )
      await keeper.turnOff()
      expect(kind()).toBe('off')
    } finally {
      vi.useRealTimers()
    }
  })

  it('are not said of somebody who has signed out meanwhile', async () => {
    const { keeper, kind } = await turnedOn()
    const checked = keeper.check('p-chen')
    keeper.leave()
    await checked
    expect(kind()).toBe('unknown')
  })
})
