import Module, { registerHooks } from 'node:module'
import { electron, exportNames } from './electron-module.ts'

const ELECTRON_URL = 'standin:electron'
const GLOBAL_KEY = 'standin.electron'

function isElectron(specifier: string): boolean {
  return /^electron(?:\/(?:main|common))?$/.test(specifier)
}

/** An ES module has a fixed list of names, so its text is generated from what there is. */
function moduleText(): string {
  return [
    `const electron = globalThis[Symbol.for('${GLOBAL_KEY}')]`,
    'export default electron',
    ...exportNames.map((name) => `export const ${name} = electron.${name}`),
  ].join('\n')
}

type Load = (this: unknown, request: string, parent: unknown, isMain: boolean) => unknown

/** Makes `electron` resolve to the stand-in, for `require` and `import` alike; returns Node's own loader. */
export function installElectronModule(): (file: string, isMain: boolean) => unknown {
  Object.defineProperty(globalThis, Symbol.for(GLOBAL_KEY), { value: electron })
  const internals = Module as unknown as { _load: Load }
  const load = internals._load
  internals._load = function (request, parent, isMain) {
    return isElectron(request) ? electron : load.call(this, request, parent, isMain)
  }
  const source = moduleText()
  registerHooks({
    resolve: (specifier, hookContext, next) =>
      isElectron(specifier)
        ? { url: ELECTRON_URL, format: 'module', shortCircuit: true }
        : next(specifier, hookContext),
    load: (url, hookContext, next) =>
      url === ELECTRON_URL ? { format: 'module', source, shortCircuit: true } : next(url, hookContext),
  })
  return (file, isMain) => load.call(Module, file, null, isMain)
}
