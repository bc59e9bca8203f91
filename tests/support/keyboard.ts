import { expect, type Locator, type Page } from '@playwright/test'

/** Presses Tab until this control has the focus: what a keyboard can reach, and nothing else. */
export async function tabTo(page: Page, target: Locator): Promise<void> {
  for (let presses = 0; presses < 60; presses += 1) {
    if (await target.evaluate((element) => element === document.activeElement)) return
    await page.keyboard.press('Tab')
  }
  throw new Error(`the keyboard does not reach ${target}`)
}

export async function pressByKeyboard(page: Page, name: string | RegExp): Promise<void> {
  const button = page.getByRole('button', { name })
  await tabTo(page, button)
  await expect(button).toBeEnabled()
  await page.keyboard.press('Enter')
}
