import type { Page } from '@playwright/test'
import { sampleIds } from '../../tools/sample-site.ts'
import type { HubProcess } from './hub-process.ts'
import { openPhysician, type PhysicianPage } from './physician-page.ts'

/** A medical director at a browser of their own, with the site's cards before them. */
export type MedicalDirector = PhysicianPage & {
  /** Reads, says so, and signs. */
  readonly approve: (until?: string) => Promise<void>
  readonly withdraw: (reason: string) => Promise<void>
}

/** Registers the sample site's medical director by invite, and opens the cards. */
export async function openMedicalDirector(
  hub: Pick<HubProcess, 'url' | 'issueInvite'>,
): Promise<MedicalDirector> {
  const physician = await openPhysician({
    hubUrl: hub.url,
    inviteUrl: await hub.issueInvite(sampleIds.medicalDirector),
    colour: '#606060',
    toneHz: 300,
    goOnCall: false,
  })
  const { page } = physician
  await page.getByRole('button', { name: 'Cards', exact: true }).click()
  await page.getByRole('heading', { name: 'Reaction cards' }).waitFor()
  return { ...physician, approve: (until) => approve(page, until), withdraw: (why) => withdraw(page, why) }
}

async function approve(page: Page, until?: string): Promise<void> {
  if (until !== undefined) await page.getByLabel('Approved until (last day)').fill(until)
  await page.getByLabel(/^I have read all \d+ cards/).check()
  await page.getByRole('button', { name: /^Approve (these cards|anew)$/ }).click()
  await page.getByText(/^Approved by /).waitFor()
}

async function withdraw(page: Page, reason: string): Promise<void> {
  await page.getByRole('button', { name: 'Withdraw the approval…' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Why').fill(reason)
  await dialog.getByRole('button', { name: 'Withdraw', exact: true }).click()
  await page.getByText(/withdrew the approval on/).waitFor()
}
