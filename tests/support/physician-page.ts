import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, type BrowserContext, chromium, type LaunchOptions, type Page } from '@playwright/test'
import { browserArgs, findBrowser } from '../../tools/setup/browser.mjs'
import { fakeMediaArgs, writeFakeMedia } from './fake-media.ts'
import { processTree } from './process-tree.ts'

export type OpenPhysicianOptions = {
  /** The hub's public address, where browsers open the console. */
  readonly hubUrl: string
  /** A one-time invite; used up by this call. Null leaves the page at the sign-in. */
  readonly inviteUrl: string | null
  /** What rooms see and hear of this physician. */
  readonly colour: string
  readonly toneHz: number
  readonly launch?: LaunchOptions
  readonly viewport?: { readonly width: number; readonly height: number }
  readonly theme?: 'dark' | 'light'
  /** Default true. */
  readonly goOnCall?: boolean
}

/** A physician at a real browser with a passkey, a camera and a microphone of their own. */
export type PhysicianPage = {
  readonly browser: Browser
  readonly context: BrowserContext
  readonly page: Page
  readonly register: (inviteUrl: string) => Promise<void>
  readonly signIn: () => Promise<void>
  readonly signOut: () => Promise<void>
  readonly goOnCall: () => Promise<void>
  readonly goOffCall: () => Promise<void>
  readonly openRoom: (roomName: string) => Promise<void>
  readonly accept: () => Promise<void>
  readonly order: (order: { what: string; dose?: string; route?: string; when?: string }) => Promise<void>
  /** Every process of this browser; not on Windows. */
  readonly processes: () => Promise<readonly number[]>
  readonly close: () => Promise<void>
}

/**
 * Opens a browser of its own (Chromium takes its synthetic camera from the command line, so two physicians with
 * different faces are two browsers), registers with the invite and goes on call.
 */
export async function openPhysician(options: OpenPhysicianOptions): Promise<PhysicianPage> {
  const folder = mkdtempSync(join(tmpdir(), 'scanside-physician-'))
  const media = writeFakeMedia(folder, options.colour, options.toneHz)
  const browser = await chromium.launch({
    executablePath: findBrowser(),
    ...options.launch,
    args: [...browserArgs(), ...fakeMediaArgs(media), ...(options.launch?.args ?? [])],
  })
  const close = async () => {
    await browser.close()
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    const context = await browser.newContext({ viewport: options.viewport ?? { width: 1280, height: 800 } })
    const physician = await openConsole(context, options)
    if (options.inviteUrl !== null) {
      await physician.register(options.inviteUrl)
      if (options.goOnCall ?? true) await physician.goOnCall()
    }
    // Its camera's file names this browser and no other.
    return { ...physician, browser, context, processes: () => processTree(media.video), close }
  } catch (error) {
    await close()
    throw error
  }
}

/** The console in a given context: permissions, an authenticator, and what a physician does there. */
export async function openConsole(
  context: BrowserContext,
  options: { readonly hubUrl: string; readonly theme?: 'dark' | 'light' },
): Promise<Omit<PhysicianPage, 'browser' | 'context' | 'processes' | 'close'>> {
  await context.grantPermissions(['camera', 'microphone', 'notifications'], {
    origin: new URL(options.hubUrl).origin,
  })
  const { theme } = options
  if (theme !== undefined)
    await context.addInitScript((chosen) => localStorage.setItem('scanside.theme', chosen), theme)
  const page = await context.newPage()
  // The console asks before its tab is closed while on call; a test means it.
  page.on('dialog', (dialog) => void dialog.accept().catch(() => undefined))
  await addAuthenticator(page)
  await page.goto(options.hubUrl)

  const button = (name: string | RegExp) => page.getByRole('button', { name })
  const onCall = page.getByText('On call', { exact: true })
  return {
    page,
    async register(inviteUrl) {
      await page.goto(inviteUrl)
      await button('Make a passkey and sign in').click()
      await button('Go on call').waitFor()
    },
    async signIn() {
      await button('Sign in with a passkey').click()
      await button('Go on call').waitFor()
    },
    async signOut() {
      await button('Sign out').click()
      await page.getByRole('dialog').getByRole('button', { name: 'Sign out' }).click()
      await button('Sign in with a passkey').waitFor()
    },
    async goOnCall() {
      await button('Go on call').click()
      await onCall.waitFor()
      await page.getByText('the hub has not confirmed it').waitFor({ state: 'detached' })
    },
    async goOffCall() {
      await button('Go off call').click()
      await page.getByRole('dialog').getByRole('button', { name: 'Go off call' }).click()
      await button('Go on call').waitFor()
    },
    async openRoom(roomName) {
      await page.getByRole('button', { name: roomName, exact: true }).click()
      await page.getByRole('heading', { name: roomName }).waitFor()
    },
    async accept() {
      await button(/^Accept/)
        .first()
        .click()
    },
    async order({ what, dose = '', route = '', when = 'now' }) {
      await page.getByLabel('Order', { exact: true }).fill(what)
      await page.getByLabel('Dose').fill(dose)
      await page.getByLabel('Route').fill(route)
      await page.getByLabel('When').fill(when)
      await button('Send order').click()
    },
  }
}

/** A platform authenticator that verifies its user without asking; it lives as long as the page. */
export async function addAuthenticator(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page)
  await session.send('WebAuthn.enable')
  await session.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  })
}
