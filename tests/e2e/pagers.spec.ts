import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { recordHtml } from '../../src/domain/record/record-html.ts'
import { sessionRecord } from '../../src/domain/record/session-record.ts'
import { recordEntries } from '../../src/domain/record/span.ts'
import { selfSigned } from '../support/certificate.ts'
import { mailAccount, mailTarget, postTarget } from '../support/pager-targets.ts'
import { cleanUp, later } from '../support/undo.ts'
import { logEntries } from '../support/workstation-files.ts'
import { openWorld, sparingTrace } from '../support/world.ts'

test.use({ trace: sparingTrace })
test.afterEach(cleanUp)

test('nobody accepts: the hub pages by a webhook that takes it and a mail server that refuses; screen and record say both', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'scanside-pagers-'))
  later(() => rmSync(folder, { recursive: true, force: true }))
  const files = selfSigned(folder)
  const tls = { cert: readFileSync(files.cert, 'utf8'), key: readFileSync(files.key, 'utf8') }
  const [desk, mail] = [await postTarget(), await mailTarget(tls)]
  mail.answer.refuse = 550
  const pagersFile = join(folder, 'pagers.json')
  const key = 'a key that both sides know, at least'
  const smtp = { host: 'localhost', port: mail.port, security: 'starttls', from: 'scanside@example.org' }
  const settings = {
    smtp: { ...smtp, ...mailAccount, ca: tls.cert },
    webhooks: { desk: { url: desk.url, key } },
  }
  writeFileSync(pagersFile, JSON.stringify(settings), { mode: 0o600 })
  const world = await openWorld({
    hubArgs: ['--pagers', pagersFile],
    site: (site) => ({
      ...site,
      site: {
        ...site.site,
        supervisor: { name: 'K. Adams', pagers: [{ kind: 'webhook', target: 'desk' }] },
      },
      physicians: site.physicians.map((one) =>
        one.id === 'p-chen' ? { ...one, pagers: [{ kind: 'email', to: 'chen@example.org' }] } : one,
      ),
    }),
  })
  try {
    const { technologist, workstation } = await world.openRoom('ct-2')
    const { page } = technologist
    await technologist.openSession('Okafor')
    const pressedAt = Date.now()
    await technologist.pressReaction()
    const pagers = page.getByRole('list', { name: 'Paged by other ways' })
    const person = (who: string) => pagers.getByRole('listitem').filter({ hasText: who })
    await expect(person('Dr. A. Chen')).toContainText('e-mail failed')
    const afterS = (Date.now() - pressedAt) / 1000
    await expect(person('K. Adams (site supervisor)')).toContainText(/webhook delivered \d\d:\d\d:\d\d/)
    console.log(
      `e-mail refused ${Math.round(afterS)} s after the press, the supervisor's webhook taken after that`,
    )
    expect(afterS).toBeGreaterThan(14)
    expect(mail.mails).toEqual([])
    expect(desk.taken[0]?.json()).toMatchObject({ event: 'call-opened', to: { name: 'K. Adams' } })

    const { sessionId } = (await technologist.snapshot()).state.reaction ?? {}
    await technologist.endHelp('Symptoms resolved')
    await desk.count(2)
    await page.getByRole('button', { name: 'Abandon session…' }).click()
    await page.getByRole('dialog').getByRole('textbox').fill('not injected')
    await page.getByRole('dialog').getByRole('button', { name: 'Abandon session' }).click()
    const recent = page.getByRole('region', { name: 'Recent sessions' })
    await recent.getByRole('button', { name: 'Save record' }).click()
    await expect(recent).toContainText('Record saved')
    const paths = await recent.locator('.recent-path').allInnerTexts()
    const timeline = readFileSync(paths.find((path) => path.endsWith('.csv')) ?? '', 'utf8')
    const refused = 'failed: mail server localhost refused the message (550)'
    expect(timeline).toContain(`Dr. A. Chen: NOT paged by e-mail, ${refused}`)
    expect(timeline).toContain(
      'K. Adams (site supervisor): paged by webhook, delivered: taken by webhook ""desk""',
    )

    const entries = recordEntries(logEntries(workstation.userDataDir), sessionId ?? '')
    const { policy } = await technologist.snapshot()
    const html = recordHtml(sessionRecord(entries, policy))
    const row = (by: string) => html.split('<tr>').find((line) => line.includes(`<td>${by}</td>`))
    expect(row('e-mail')).toMatch(
      /^<td>Dr. A. Chen<\/td><td>e-mail<\/td><td><span class="warn">FAILED<\/span><\/td><td>[^<]*\(\+\d\d s\)<\/td>/,
    )
    expect(row('webhook')).toMatch(
      /^<td>K. Adams \(site supervisor\)<\/td><td>webhook<\/td><td>delivered<\/td><td>[^<]*\(\+\d\d s\)<\/td>/,
    )
    for (const secret of [key, mailAccount.password]) expect(html + timeline).not.toContain(secret)
  } finally {
    await world.close()
  }
})
