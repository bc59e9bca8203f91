import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type RequestListener, type Server } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, type Page } from '@playwright/test'
import { generateKeyPair } from '../../src/platform/node/ed25519.ts'
import { samplePins, sampleSite } from '../../tools/sample-site.ts'
import { selfSigned } from '../support/certificate.ts'
import { workstationTest as test } from '../support/electron-app.ts'
import { type HubProcess, startHubProcess } from '../support/hub-process.ts'
import { technologistAt } from '../support/technologist.ts'
import { sparingTrace } from '../support/world.ts'

test.use({ trace: sparingTrace })

let folder: string
let hub: HubProcess
const servers: Server[] = []

test.beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'scanside-bad-input-'))
  hub = await startHubProcess({ site: sampleSite(new Date(), samplePins) })
})
test.afterAll(async () => {
  for (const server of servers) server.close()
  await hub?.stop()
  rmSync(folder, { recursive: true, force: true })
})

async function portOf(server: Server): Promise<number> {
  servers.push(server.listen(0, '127.0.0.1'))
  await once(server, 'listening')
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}
const website = (listener: RequestListener) => portOf(createServer(listener))

/** A code that another machine has enrolled with. */
async function usedCode(): Promise<string> {
  const code = await hub.issueEnrolmentCode('mr-1')
  const body = JSON.stringify({ code, publicKey: generateKeyPair().publicKey, hostname: 'another' })
  const headers = { 'content-type': 'application/json' }
  const { status } = await fetch(`${hub.url}/api/enrol`, { method: 'POST', headers, body })
  expect(status).toBe(200)
  return code
}

const fieldOf = (page: Page, label: string) => page.locator('.ui-field').filter({ hasText: label })

test('what is wrong with an enrolment is said at its field, which is kept, until it is right', async ({
  launchWorkstation,
}) => {
  const page = await (await launchWorkstation()).windowAt('/index.html')
  const address = page.getByLabel('Address of the hub')
  const code = page.getByLabel('One-time code')
  const enrol = page.getByRole('button', { name: 'Enrol', exact: true })
  const good = await hub.issueEnrolmentCode('ct-2')

  /** Types both, and sees the words beside the field that they are about, with nothing of what was typed lost. */
  async function refused(what: { hub?: string; code?: string; at: 'hub' | 'code'; words: RegExp }) {
    const typed = { hub: what.hub ?? hub.url, code: what.code ?? good }
    await test.step(`${typed.hub} · ${what.words}`, async () => {
      await address.fill(typed.hub)
      await code.fill(typed.code)
      await enrol.click()
      const [there, elsewhere] = ['Address of the hub', 'One-time code'].toSorted((a) =>
        (a === 'One-time code') === (what.at === 'code') ? -1 : 1,
      )
      await expect(fieldOf(page, there ?? '').locator('.ui-field-error')).toHaveText(what.words)
      await expect(fieldOf(page, elsewhere ?? '').locator('.ui-field-error')).toHaveCount(0)
      await expect(address).toHaveValue(typed.hub)
      await expect(code).toHaveValue(typed.code)
      await expect(enrol).toBeEnabled()
    })
  }

  await refused({ code: 'WRNG-CODE-0000', at: 'code', words: /not known here.*Check each letter/ })
  await refused({ code: 'AB', at: 'code', words: /not a whole one-time code/ })
  await refused({ code: 'A'.repeat(200), at: 'code', words: /not a whole one-time code/ })
  await refused({ code: await usedCode(), at: 'code', words: /was used up at .*ask for a new one/ })

  const closing = createServer()
  const closed = await portOf(closing)
  closing.close()
  await refused({
    hub: `http://localhost:${closed}`,
    at: 'hub',
    words: /nothing listens there\. ?Check the port/,
  })
  await refused({
    hub: 'the hub of ours',
    at: 'hub',
    words: /is not the address of a hub. It looks like https:/,
  })
  await refused({ hub: 'http://hub.example.org', at: 'hub', words: /must be reached over https/ })
  const page200 = await website((_, response) => response.end('<html>It works!</html>'))
  await refused({
    hub: `http://localhost:${page200}`,
    at: 'hub',
    words: /is not a Scanside hub.*Check the address/,
  })
  const moved = await website((_, response) =>
    response.writeHead(301, { location: 'https://www.hospital.example/' }).end(),
  )
  await refused({
    hub: `http://localhost:${moved}`,
    at: 'hub',
    words: /sends on to https:..www.hospital.example. Check the address/,
  })
  const { cert, key } = selfSigned(folder)
  const secure = createSecureServer({ cert: readFileSync(cert), key: readFileSync(key) }, (_, response) =>
    response.end('{}'),
  )
  const self = await portOf(secure as unknown as Server)
  await refused({ hub: `https://localhost:${self}`, at: 'hub', words: /certificate .* is self-signed/ })
  await refused({ hub: `https://localhost:${hub.port}`, at: 'hub', words: /does not speak TLS/ })

  await technologistAt(page).enrol(hub.url, good)
  await expect(page.getByRole('button', { name: /^J. Ortiz/ })).toBeVisible()
})

test('a hub over TLS serves a workstation that trusts its certificate', async ({ launchWorkstation }) => {
  const { cert, key } = selfSigned(folder)
  const secure = await startHubProcess({
    site: sampleSite(new Date(), samplePins),
    args: ['--tls-cert', cert, '--tls-key', key],
  })
  try {
    const workstation = await launchWorkstation({ env: { NODE_EXTRA_CA_CERTS: cert } })
    const technologist = technologistAt(await workstation.windowAt('/index.html'))
    expect(secure.url).toMatch(/^https:/)
    await technologist.enrol(secure.url, await secure.issueEnrolmentCode('ct-2'))
    await technologist.signIn('J. Ortiz', samplePins['t-ortiz'])
    await expect(technologist.page.getByText('all records synced')).toBeVisible()
  } finally {
    await secure.stop()
  }
})
