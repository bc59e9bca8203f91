import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { type Benchmark, measured, type Target } from './benchmark.ts'

const out = join(import.meta.dirname, '..', '..', 'out')
const limit: Target = { words: '≤ 300 kB', isMet: ({ value }) => value <= 300 }

export const bundleSize: Benchmark = {
  name: 'bundle-size',
  what: 'what each page loads before it is usable, gzipped',
  samples: 1,
  run: async () => [
    row('bundle: workstation, main window', 'renderer', 'index.html', limit),
    row('bundle: workstation, help window', 'renderer', 'help.html'),
    row("bundle: physician's console", 'physician', 'index.html'),
  ],
}

function row(name: string, folder: string, html: string, target?: Target) {
  const files = loadedBy(join(out, folder), html)
  const bytes = files.reduce((sum, file) => sum + gzipSync(readFileSync(file), { level: 9 }).length, 0)
  return measured({
    name,
    unit: 'kB',
    samples: [bytes / 1000],
    note: `${files.length} scripts and styles of out/${folder}/${html}, each gzipped`,
    ...(target === undefined ? {} : { target }),
  })
}

/** Every script and style that a page asks for, and those that these ask for. */
function loadedBy(folder: string, html: string): readonly string[] {
  const names = readdirSync(join(folder, 'assets')).filter((name) => /\.(js|css)$/.test(name))
  const found = new Set<string>()
  const follow = (text: string): void => {
    for (const name of names) {
      if (found.has(name) || !text.includes(name)) continue
      found.add(name)
      follow(readFileSync(join(folder, 'assets', name), 'utf8'))
    }
  }
  follow(readFileSync(join(folder, html), 'utf8'))
  if (found.size === 0) throw new Error(`out/${html} asks for no script: is it built?`)
  return [...found].map((name) => join(folder, 'assets', name))
}
