import fs from 'node:fs'
import vm from 'node:vm'
import { makeBridge } from './bridge.ts'
import { makeCodec } from './codec.ts'
import { context } from './context.ts'
import { isolatedWorld, mainWorld } from './page-worlds.ts'

/** Name of the JavaScript world that the preload runs in, the same as Electron's. */
export const ISOLATED_WORLD = 'Electron Isolated Context'

const PRELOAD_PARAMETERS = ['require', 'module', 'exports', 'process', '__filename', '__dirname']

export type PreloadSource =
  | { readonly kind: 'none' }
  | { readonly kind: 'script'; readonly path: string; readonly text: string }
  | { readonly kind: 'broken'; readonly path: string; readonly error: Error }

export function readPreload(file: string | undefined): PreloadSource {
  if (file === undefined) return { kind: 'none' }
  try {
    const text = fs.readFileSync(file, 'utf8')
    // Only to learn of a syntax error here, where it can be reported as Electron does.
    vm.compileFunction(text, PRELOAD_PARAMETERS, { filename: file })
    return { kind: 'script', path: file, text }
  } catch (error) {
    return { kind: 'broken', path: file, error: error instanceof Error ? error : new Error(String(error)) }
  }
}

/** What a sandboxed preload sees as `process`. */
function rendererProcess(additionalArguments: readonly string[]): object {
  return {
    type: 'renderer',
    platform: process.platform,
    arch: process.arch,
    versions: { ...process.versions },
    env: { ...process.env },
    argv: [context.execPath, ...additionalArguments],
    execPath: context.execPath,
    sandboxed: true,
    contextIsolated: true,
  }
}

/** The two scripts that every new document of a window runs before its own, in this order. */
export function pageScripts(
  preload: PreloadSource,
  additionalArguments: readonly string[],
  busName: string,
): readonly { readonly source: string; readonly worldName?: string }[] {
  const bus = JSON.stringify(busName)
  const preloadPath = preload.kind === 'script' ? preload.path : ''
  const setup = JSON.stringify({ preloadPath, process: rendererProcess(additionalArguments) })
  const script =
    preload.kind === 'script' ? `, function (${PRELOAD_PARAMETERS.join(', ')}) {${preload.text}\n}` : ''
  return [
    { source: `(${mainWorld})(${bus}, ${makeBridge});` },
    {
      source: `(${isolatedWorld})(${bus}, ${makeBridge}, ${makeCodec}, ${setup}${script});
//# sourceURL=${preloadPath === '' ? 'standin-isolated-world.js' : preloadPath}`,
      worldName: ISOLATED_WORLD,
    },
  ]
}
