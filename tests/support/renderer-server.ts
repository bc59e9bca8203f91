import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import react from '@vitejs/plugin-react'
import { build, preview } from 'vite'

const root = join(import.meta.dirname, '..', '..', 'src', 'renderer')
/** One for each worker of Playwright: two may build at the same time. */
const worker = process.env.TEST_PARALLEL_INDEX ?? '0'
const outDir = join(import.meta.dirname, '..', '..', 'test-results', `renderer-${worker}`)

export type RendererServer = {
  readonly url: (page: 'index' | 'help') => string
  /** Gzipped JavaScript and styles that this page loads, bytes. */
  readonly sizeOf: (page: 'index' | 'help') => number
  readonly close: () => Promise<void>
}

/** Builds the technologist's pages as electron-vite does and serves them on a free port of this machine. */
export async function serveRenderer(): Promise<RendererServer> {
  await build({
    configFile: false,
    root,
    base: './',
    logLevel: 'error',
    plugins: [react()],
    build: {
      outDir,
      emptyOutDir: true,
      rollupOptions: { input: { index: join(root, 'index.html'), help: join(root, 'help.html') } },
    },
  })
  const server = await preview({
    configFile: false,
    root,
    logLevel: 'error',
    build: { outDir },
    preview: { host: '127.0.0.1', port: 0 },
  })
  const base = server.resolvedUrls?.local[0]
  if (base === undefined) throw new Error('the preview server has no address')
  return {
    url: (page) => `${base}${page}.html`,
    sizeOf: (page) =>
      loadedBy(`${page}.html`).reduce((sum, file) => sum + gzipSync(readFileSync(file)).length, 0),
    close: () => server.close(),
  }
}

/** Every script and style that a page asks for, and what those import. */
function loadedBy(html: string): readonly string[] {
  const assets = readdirSync(join(outDir, 'assets'))
  const found = new Set<string>()
  const follow = (text: string): void => {
    for (const name of assets) {
      if (!text.includes(name) || found.has(name) || !/\.(js|css)$/.test(name)) continue
      found.add(name)
      follow(readFileSync(join(outDir, 'assets', name), 'utf8'))
    }
  }
  follow(readFileSync(join(outDir, html), 'utf8'))
  return [...found].map((name) => join(outDir, 'assets', name))
}
