import type { Page } from '@playwright/test'
import type { Snapshot } from '../../src/contract/ipc.ts'

/** What a technologist does at the workstation, by what they see; nothing reaches behind the screen but `snapshot`. */
export type Technologist = {
  readonly page: Page
  readonly enrol: (hub: string, code: string) => Promise<void>
  readonly signIn: (name: string, pin: string) => Promise<void>
  readonly unlock: (pin: string) => Promise<void>
  readonly lock: () => Promise<void>
  /** Opens a session for the exam of the worklist whose row shows this text. */
  readonly openSession: (text: string) => Promise<void>
  /** Answers "no" to every question but those whose text matches `yes`. */
  readonly screen: (yes?: RegExp) => Promise<void>
  readonly checkIn: (responder: string) => Promise<void>
  readonly fillInjection: (agent: string, volumeMl: number) => Promise<void>
  readonly startInjection: () => Promise<void>
  readonly stopInjection: () => Promise<void>
  readonly endObservationEarly: (reason: string) => Promise<void>
  readonly closeSession: () => Promise<void>
  readonly pressReaction: () => Promise<void>
  readonly endHelp: (outcome: string) => Promise<void>
  readonly readBack: (words: string) => Promise<void>
  /** The truth that the screen was drawn from. */
  readonly snapshot: () => Promise<Snapshot>
}

export function technologistAt(page: Page): Technologist {
  const button = (name: string | RegExp) => page.getByRole('button', { name })
  const step = (title: string) => page.getByRole('heading', { name: title })
  const snapshot = () =>
    page.evaluate(() => {
      if (window.workstation === undefined) throw new Error('this page has no workstation behind it')
      return window.workstation.getSnapshot()
    })
  return {
    page,
    snapshot,
    async enrol(hub, code) {
      await page.getByLabel('Address of the hub').fill(hub)
      await page.getByLabel('One-time code').fill(code)
      await button('Enrol').click()
      await step('Sign in').waitFor()
    },
    async signIn(name, pin) {
      await button(new RegExp(`^${name}`)).click()
      await page.getByLabel('PIN').fill(pin)
      await button('Sign in').click()
      await step('Which exam?').waitFor()
    },
    async unlock(pin) {
      await page.getByLabel('PIN').fill(pin)
      await button('Unlock').click()
      await page.getByLabel('PIN').waitFor({ state: 'detached' })
    },
    async lock() {
      await button(/RT\(R\)/).click()
      await page.getByRole('button', { name: 'Lock', exact: true }).click()
      await page.getByLabel('PIN').waitFor()
    },
    async openSession(text) {
      await page.getByRole('row', { name: text }).click()
      await button('Open session').click()
      await step('Screening').waitFor()
    },
    async screen(yes) {
      for (const question of await page.getByRole('group').all()) {
        const text = (await question.textContent()) ?? ''
        await question.getByText(yes?.test(text) ? 'Yes' : 'No', { exact: true }).click()
      }
      await button('Screening complete').click()
      await step('Ready to inject?').waitFor()
    },
    async checkIn(responder) {
      const select = page.getByLabel('On-site responder')
      const option = select.locator('option', { hasText: responder })
      await select.selectOption((await option.getAttribute('value')) ?? '')
      await button('Check in').click()
      await page
        .getByText(new RegExp(`^${responder}, .* is on site`))
        .first()
        .waitFor()
    },
    async fillInjection(agent, volumeMl) {
      const select = page.getByLabel('Contrast agent')
      const option = select.locator('option', { hasText: agent })
      await select.selectOption((await option.getAttribute('value')) ?? '')
      await page.getByLabel('Volume in mL').fill(String(volumeMl))
    },
    async startInjection() {
      await button('Start injection').click()
      await step('Injecting').waitFor()
    },
    async stopInjection() {
      await button('STOP injection').click()
      await step('Observe the patient').waitFor()
    },
    async endObservationEarly(reason) {
      await button('End early…').click()
      await page.getByLabel('Why it ends before its time').fill(reason)
      await page.getByRole('dialog').getByRole('button', { name: 'End observation' }).click()
      await step('Close the session').waitFor()
    },
    async closeSession() {
      await page.getByLabel('Released').check()
      await button('Close session').click()
      await step('Which exam?').waitFor()
    },
    async pressReaction() {
      await button(/REACTION/).click()
    },
    async endHelp(outcome) {
      await button('End the call…').click()
      await page.getByRole('dialog').getByRole('button', { name: outcome }).click()
      // A drill's button is called otherwise, and ends in the same words.
      await button(/^REACTION — CALL NOW/).waitFor()
    },
    async readBack(words) {
      await button(`Read back: ${words}`).click()
    },
  }
}
