import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { findViolations, readSources, type Wall } from '../support/walls.ts'

const root = join(import.meta.dirname, '..', '..')

/** What a page may bring into a browser. */
const pagePackages = [
  'zod',
  'react',
  'react-dom',
  'zustand',
  'simple-peer',
  'socket.io-client',
  '@simplewebauthn/browser',
  'jose',
]

/** What has no place in a process without a screen. */
const noPage = ['any', '-react', '-react-dom', '-zustand', '-simple-peer', '-@simplewebauthn/browser']

/** "Layout" of the design as a table: who may import what. */
const walls: readonly Wall[] = [
  // Pure: nothing but each other and zod.
  wall('domain', ['domain', 'contract'], ['zod']),
  wall('contract', ['domain', 'contract'], ['zod']),

  // Adapters without Electron, for Node and for the browser; each knows the pure parts alone.
  wall('platform/node', ['platform/node', 'domain', 'contract'], noPage, 'node'),
  wall('platform/web', ['platform/web', 'domain', 'contract'], pagePackages),

  // What the three pages share.
  wall('ui', ['ui', 'domain', 'contract'], ['react', 'react-dom', 'zustand']),

  // The app folders: none imports another.
  wall('main', ['main', 'platform/node', 'domain', 'contract'], noPage, 'node'),
  wall('main/index.ts', ['main', 'platform/node', 'domain', 'contract'], noPage, 'node', 'electron'),
  wall('main/electron', ['main', 'platform/node', 'domain', 'contract'], noPage, 'node', 'electron'),
  wall('preload', ['preload', 'domain', 'contract'], ['zod'], 'electron'),
  wall('renderer', ['renderer', 'ui', 'platform/web', 'domain', 'contract'], pagePackages),
  wall('physician', ['physician', 'ui', 'platform/web', 'domain', 'contract'], pagePackages),
  wall('admin', ['admin', 'ui', 'platform/web', 'domain', 'contract'], pagePackages),
  wall('hub', ['hub', 'platform/node', 'domain', 'contract'], noPage, 'node'),
]

const maxLines = 350

function wall(
  area: string,
  inside: readonly string[],
  packages: readonly string[],
  ...extras: readonly ('node' | 'electron')[]
): Wall {
  return { area, inside, packages, node: extras.includes('node'), electron: extras.includes('electron') }
}

describe('the walls of src', () => {
  const sources = readSources(root, 'src')

  it('has sources to hold them against', () => {
    expect(sources.length).toBeGreaterThan(0)
  })

  it('are whole', () => {
    const found = findViolations(sources, walls, maxLines)
    expect(found.map(({ path, line, rule }) => `${path}:${line} ${rule}`)).toEqual([])
  })
})

describe('the checker', () => {
  const rulesOf = (path: string, text: string): string[] =>
    findViolations([{ path, text }], walls, maxLines).map(({ rule }) => rule)

  it.each([
    ['a static import', "import { app } from 'electron'\nexport const a = app"],
    ['an import for types alone', "import type { App } from 'electron'\nexport type A = App"],
    ['an import for its effect', "import 'electron'\nexport const a = 1"],
    ['an export from', "export { app } from 'electron'\nexport const a = 1"],
    ['a dynamic import', "export const a = () => import('electron')"],
    ['a require', "export const a = require('electron')"],
    ['an import in a type', "export type A = import('electron').App"],
    ['a part of the package', "import { app } from 'electron/main'\nexport const a = app"],
  ])('sees %s', (_, text) => {
    expect(rulesOf('src/main/workstation.ts', text)).toEqual(['main imports electron'])
  })

  it('is not deceived by text that only looks like an import', () => {
    const text = `// import 'electron'\nexport const a = "import x from 'electron'" + \`require('electron')\``
    expect(rulesOf('src/main/workstation.ts', text)).toEqual([])
  })

  it.each(['src/main/index.ts', 'src/main/electron/window.ts', 'src/preload/index.ts'])(
    'lets %s import electron',
    (path) => {
      expect(rulesOf(path, "import { app } from 'electron'\nexport const a = app")).toEqual([])
    },
  )

  it.each([
    ['src/domain/session/decide.ts', '../../platform/node/clock.ts', 'domain imports platform/node'],
    ['src/contract/ipc.ts', '../ui/Button.tsx', 'contract imports ui'],
    ['src/platform/web/peer.ts', '../node/clock.ts', 'platform/web imports platform/node'],
    ['src/platform/node/store.ts', '../../main/workstation.ts', 'platform/node imports main'],
    ['src/ui/Button.tsx', '../platform/web/tones.ts', 'ui imports platform/web'],
    ['src/renderer/App.tsx', '../physician/App.tsx', 'renderer imports physician'],
    ['src/physician/App.tsx', '../hub/server.ts', 'physician imports hub'],
    ['src/admin/App.tsx', '../renderer/App.tsx', 'admin imports renderer'],
    ['src/main/workstation.ts', '../hub/server.ts', 'main imports hub'],
    ['src/hub/server.ts', '../main/electron/window.ts', 'hub imports main/electron'],
    ['src/preload/index.ts', '../main/workstation.ts', 'preload imports main'],
  ])('keeps %s from %s', (path, target, rule) => {
    const found = rulesOf(path, `import { a } from '${target}'\nexport const b = a`)
    expect(found).toEqual([expect.stringContaining(rule)])
  })

  it.each([
    ['src/domain/session/decide.ts', 'node:crypto', 'domain imports node:crypto'],
    ['src/domain/session/decide.ts', 'fast-check', 'domain imports the package fast-check'],
    ['src/platform/web/peer.ts', 'node:events', 'platform/web imports node:events'],
    ['src/platform/web/peer.ts', 'events', 'platform/web imports events'],
    ['src/platform/node/store.ts', 'simple-peer/simplepeer.min.js', 'the package simple-peer'],
    ['src/preload/index.ts', 'node:fs', 'preload imports node:fs'],
    ['src/renderer/App.tsx', 'node:path', 'renderer imports node:path'],
    ['src/physician/App.tsx', 'better-sqlite3', 'physician imports the package better-sqlite3'],
    ['src/hub/server.ts', 'react-dom/server', 'hub imports the package react-dom'],
    ['src/ui/Button.tsx', '@fastify/static', 'ui imports the package @fastify/static'],
  ])('keeps %s from %s', (path, target, rule) => {
    const found = rulesOf(path, `import { a } from '${target}'\nexport const b = a`)
    expect(found).toEqual([expect.stringContaining(rule)])
  })

  it.each([
    ['src/domain/session/decide.ts', '../log/events.ts'],
    ['src/contract/hub.ts', 'zod'],
    ['src/platform/node/store.ts', 'better-sqlite3'],
    ['src/platform/web/peer.ts', 'simple-peer/simplepeer.min.js'],
    ['src/main/workstation.ts', '../platform/node/store.ts'],
    ['src/renderer/App.tsx', '../ui/Button.tsx'],
    ['src/renderer/App.tsx', './app.css'],
    ['src/renderer/App.tsx', '../../assets/tone.wav?url'],
    ['src/hub/server.ts', '@fastify/static'],
  ])('lets %s have %s', (path, target) => {
    expect(rulesOf(path, `import { a } from '${target}'\nexport const b = a`)).toEqual([])
  })

  it.each([
    ['a default export', 'export default 1'],
    ['a default export', 'const a = 1\nexport { a as default }'],
    ['a barrel: export *', "export * from './other.ts'\nexport const a = 1"],
    ['a barrel: nothing but re-exports', "export { a } from './other.ts'\nexport { b } from './third.ts'"],
    ['lacks its extension', "import { a } from './other'\nexport const b = a"],
    ['an import of something that is not written out', 'export const load = (name: string) => import(name)'],
    ['lies outside of src and assets', "import { a } from '../../tests/support/a.ts'\nexport const b = a"],
    ['Math.random', 'export const a = () => Math.random()'],
    ['cannot be read', 'export const = 1'],
  ])('finds %s', (rule, text) => {
    expect(rulesOf('src/domain/log.ts', text)).toEqual([expect.stringContaining(rule)])
  })

  it('finds a worker that lies behind a wall', () => {
    const text = "export const a = new Worker(new URL('../main/worker.ts', import.meta.url))"
    expect(rulesOf('src/renderer/App.tsx', text)).toEqual([expect.stringContaining('renderer imports main')])
  })

  it('counts the lines of styles too, and says where a breach stands', () => {
    expect(rulesOf('src/ui/tokens.css', 'a {}\n'.repeat(351))).toEqual(['longer than 350 lines'])
    const text = "export const a = 1\n\nimport 'electron'"
    expect(findViolations([{ path: 'src/hub/server.ts', text }], walls, maxLines)).toEqual([
      { path: 'src/hub/server.ts', line: 3, rule: 'hub imports electron' },
    ])
  })

  it('wants every folder in the table', () => {
    expect(rulesOf('src/helpers/a.ts', 'export const a = 1')).toEqual([
      'lies in no area: add it to the table of walls',
    ])
  })
})
