import { readdirSync, readFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { dirname, join, posix, relative, sep } from 'node:path'
import { type ESTree, parseSync } from 'vite'

/** One source file, its path written with `/` from the repository's root. */
export type Source = { readonly path: string; readonly text: string }

/**
 * What the files of one area may import. An area is a folder or one file; the longest match counts.
 * `inside` lists areas (folders under `src/`); `packages` lists npm packages, `'any'` allowing all but those named
 * after a minus sign.
 */
export type Wall = {
  readonly area: string
  readonly inside: readonly string[]
  readonly packages: readonly string[]
  readonly node: boolean
  readonly electron: boolean
}

export type Violation = { readonly path: string; readonly line: number; readonly rule: string }

type Import = { readonly specifier: string; readonly at: number }
/** What the walls forbid everywhere, with the rule in words. */
type Fault = { readonly at: number; readonly rule: string }
type Reading = { readonly imports: readonly Import[]; readonly faults: readonly Fault[] }

const extensions = /\.(ts|tsx|css|json|svg|png|wav|html)$/

/** Reads every text source under a folder of the repository. */
export function readSources(root: string, folder: string): Source[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true, encoding: 'utf8' })
    .filter((entry) => entry.isFile() && /\.(ts|tsx|css|html)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((file) => ({
      path: relative(root, file).split(sep).join('/'),
      text: readFileSync(file, 'utf8'),
    }))
}

/** Every breach of the walls, in the order of the files. */
export function findViolations(
  sources: readonly Source[],
  walls: readonly Wall[],
  maxLines: number,
): Violation[] {
  return sources.flatMap((source) => {
    const lines = source.text.trimEnd().split('\n').length
    const tooLong =
      lines > maxLines ? [{ path: source.path, line: lines, rule: `longer than ${maxLines} lines` }] : []
    if (!/\.tsx?$/.test(source.path)) return tooLong
    const wall = wallOf(source.path, walls)
    if (wall === undefined) {
      return [
        ...tooLong,
        { path: source.path, line: 1, rule: 'lies in no area: add it to the table of walls' },
      ]
    }
    const { imports, faults } = readModule(source)
    const breaches = imports.flatMap(({ specifier, at }) => {
      const rule = judge(source.path, specifier, wall, walls)
      return rule === undefined ? [] : [{ at, rule }]
    })
    const found = [...breaches, ...faults].map(({ at, rule }) => ({
      path: source.path,
      line: source.text.slice(0, at).split('\n').length,
      rule,
    }))
    return [...tooLong, ...found]
  })
}

function wallOf(path: string, walls: readonly Wall[]): Wall | undefined {
  return walls
    .filter(({ area }) => path === `src/${area}` || path.startsWith(`src/${area}/`))
    .sort((a, b) => b.area.length - a.area.length)[0]
}

function judge(path: string, specifier: string, wall: Wall, walls: readonly Wall[]): string | undefined {
  const bare = specifier.replace(/\?.*$/, '')
  if (bare.startsWith('.')) return judgeFile(path, bare, wall, walls)
  if (bare === 'electron' || bare.startsWith('electron/')) {
    return wall.electron ? undefined : `${wall.area} imports electron`
  }
  if (isBuiltin(bare)) return wall.node ? undefined : `${wall.area} imports ${bare}`
  const name = bare
    .split('/')
    .slice(0, bare.startsWith('@') ? 2 : 1)
    .join('/')
  const allowed =
    wall.packages.includes(name) || (wall.packages.includes('any') && !wall.packages.includes(`-${name}`))
  return allowed ? undefined : `${wall.area} imports the package ${name}`
}

function judgeFile(path: string, target: string, wall: Wall, walls: readonly Wall[]): string | undefined {
  if (!extensions.test(target)) return `the import of ${target} lacks its extension`
  const file = posix.join(dirname(path).split(sep).join('/'), target)
  const area = wallOf(file, walls)?.area
  if (area === undefined) {
    const isAsset = file.startsWith('assets/')
    return isAsset ? undefined : `${wall.area} imports ${file}, which lies outside of src and assets`
  }
  const allowed = wall.inside.some((name) => area === name || area.startsWith(`${name}/`))
  return allowed ? undefined : `${wall.area} imports ${area} (${file})`
}

/** All that a module asks for, however it asks, and what no module of ours does. */
function readModule({ path, text }: Source): Reading {
  const { module, program, errors } = parseSync(path, text)
  const first = errors[0]
  if (first !== undefined) {
    return { imports: [], faults: [{ at: 0, rule: `cannot be read: ${first.message}` }] }
  }
  const imports: Import[] = module.staticImports.map(({ moduleRequest, start }) => ({
    specifier: moduleRequest.value,
    at: start,
  }))
  const faults: Fault[] = []
  for (const { start, entries } of module.staticExports) {
    for (const { moduleRequest, exportName, importName } of entries) {
      if (moduleRequest !== null) imports.push({ specifier: moduleRequest.value, at: start })
      if (exportName.kind === 'Default' || exportName.name === 'default') {
        faults.push({ at: start, rule: 'a default export' })
      }
      if (importName.kind === 'AllButDefault') faults.push({ at: start, rule: 'a barrel: export *' })
    }
  }
  if (module.staticExports.length > 0 && program.body.every(isImportOrReexport)) {
    faults.push({ at: 0, rule: 'a barrel: nothing but re-exports' })
  }
  for (const node of nodesOf(program)) {
    const question = questionOf(node, text)
    if (question === undefined) continue
    if (question.type === 'Literal' && typeof question.value === 'string') {
      imports.push({ specifier: question.value, at: question.start })
    } else faults.push({ at: question.start, rule: 'an import of something that is not written out' })
  }
  if (/^src\/(domain|contract)\//.test(path)) {
    const random = [...nodesOf(program)].filter(
      ({ type, start, end }) => type === 'MemberExpression' && text.slice(start, end) === 'Math.random',
    )
    faults.push(
      ...random.map(({ start }) => ({
        at: start,
        rule: 'Math.random: randomness comes in as an argument',
      })),
    )
  }
  return { imports, faults }
}

function isImportOrReexport(node: ESTree.Program['body'][number]): boolean {
  return (
    node.type === 'ImportDeclaration' ||
    node.type === 'ExportAllDeclaration' ||
    (node.type === 'ExportNamedDeclaration' && node.declaration === null)
  )
}

/** What a node asks for, when it is one of the ways to ask that are no import or export statement. */
function questionOf(node: ESTree.Node, text: string): ESTree.Node | undefined {
  switch (node.type) {
    case 'ImportExpression':
    case 'TSImportType':
      return node.source
    case 'TSExternalModuleReference':
      return node.expression
    case 'CallExpression':
      return node.callee.type === 'Identifier' && node.callee.name === 'require'
        ? node.arguments[0]
        : undefined
    case 'NewExpression': {
      // How workers and assets are named: new URL('./worker.ts', import.meta.url).
      const [target, base] = node.arguments
      const isUrl = node.callee.type === 'Identifier' && node.callee.name === 'URL'
      return isUrl && base !== undefined && text.slice(base.start, base.end) === 'import.meta.url'
        ? target
        : undefined
    }
    default:
      return undefined
  }
}

/** Every node of a syntax tree. */
function* nodesOf(value: unknown): Generator<ESTree.Node> {
  if (Array.isArray(value)) for (const item of value) yield* nodesOf(item)
  else if (isNode(value)) {
    yield value
    for (const child of Object.values(value)) yield* nodesOf(child)
  }
}

function isNode(value: unknown): value is ESTree.Node {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string'
}
