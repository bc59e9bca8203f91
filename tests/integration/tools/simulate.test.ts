import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { createHub } from '../../../src/hub/hub.ts'
import type { Figures } from '../../../tools/simulate/report.ts'
import { freshDatabase, postgresUrl } from '../../support/postgres.ts'
import { testSite } from '../../support/site.ts'
import { cleanUp, later } from '../../support/undo.ts'

// The small form of `npm run simulate`, which does the same with thousands.
afterEach(cleanUp)

const script = join(import.meta.dirname, '..', '..', '..', 'tools', 'simulate.ts')
const withinMs = 240_000

function simulate(...args: string[]) {
  return new Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }>((resolve) =>
    execFile(process.execPath, [script, ...args], (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code ?? -1), stdout, stderr }),
    ),
  )
}

function figuresIn(stdout: string): Figures {
  const figures = JSON.parse(stdout) as Figures
  const { pressToPageMs: page, bareRoundTripMs: bare, hubs, machine } = figures
  console.log(
    `${figures.rooms} rooms on ${hubs.length} hubs (${figures.store}), seed ${figures.seed}, load ${machine.loadAverage.join(' → ')}: press → page p50 ${page?.p50.toFixed(1)} p99 ${page?.p99.toFixed(1)} ms, bare ${bare?.p50.toFixed(1)} ms; hubs ${JSON.stringify(hubs)}`,
  )
  return figures
}

describe('a simulation', () => {
  it(
    'holds a hundred rooms on a hub of its own, and each call reaches its physician',
    async () => {
      const { code, stdout, stderr } = await simulate(
        ...['--rooms', '100', '--physicians', '10', '--seconds', '5', '--json'],
      )
      expect([code, stdout === '' ? stderr : '']).toEqual([0, ''])
      const figures = figuresIn(stdout)
      expect(figures).toMatchObject({ rooms: 100, physicians: 10, escalations: 5, faults: [] })
      expect(figures.pressToPageMs?.n).toBe(5)
      expect(figures.bareRoundTripMs?.n).toBe(5)
      // Each room speaks once in five seconds; the last of them may be on their way when it ends.
      expect(figures.heartbeats).toBeGreaterThanOrEqual(50)
      expect(figures.hubs[0]?.residentMb).toBeGreaterThan(20)
      expect(figures.hubs[0]?.cores).toBeGreaterThan(0)
    },
    withinMs,
  )

  it(
    'holds rooms and physicians on two hubs of one database, across them',
    async (context) => {
      if (postgresUrl === undefined) return context.skip('there is no PostgreSQL server here')
      const { url, drop } = await freshDatabase()
      later(drop)
      const { code, stdout, stderr } = await simulate(
        ...['--rooms', '40', '--physicians', '5', '--seconds', '5', '--json'],
        ...['--database', url, '--hubs', '2'],
      )
      expect([code, stdout === '' ? stderr : '']).toEqual([0, ''])
      expect(figuresIn(stdout)).toMatchObject({ store: 'PostgreSQL', escalations: 5, faults: [] })
    },
    withinMs,
  )

  it(
    'leaves the database of a real site alone',
    async (context) => {
      if (postgresUrl === undefined) return context.skip('there is no PostgreSQL server here')
      const { url, drop } = await freshDatabase()
      later(drop)
      const hub = await createHub({ database: url, port: 0, site: testSite(), logLevel: 'silent' })
      await hub.start()
      await hub.stop()
      const { code, stderr } = await simulate('--rooms', '2', '--physicians', '2', '--database', url)
      expect(code).toBe(2)
      expect(stderr).toContain('that of the site "site-1"')
    },
    withinMs,
  )

  it('says what is wrong with what was asked for', async () => {
    const { code, stderr } = await simulate('--rooms', 'many')
    expect([code, stderr]).toEqual([
      2,
      'simulate: --rooms takes a whole number from 1 to 100000, not "many".\n',
    ])
    expect((await simulate('--help')).stdout).toContain('--physicians N')
  })
})
