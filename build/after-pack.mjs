// @ts-check
import { existsSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Targets that nobody installs: an unpacked folder is for trying out.
 * @type {ReadonlySet<string>}
 */
const unreleased = new Set(['dir'])

/**
 * The part of electron-builder's context that the guard needs.
 * @typedef {object} Packed
 * @property {string} appOutDir the packed distribution
 * @property {readonly { readonly name: string }[]} targets
 * @property {boolean} inspectable whether the fuse for Node's inspector is on
 */

/**
 * What forbids making a release from this distribution; undefined when nothing does.
 * @param {Packed} packed
 * @returns {string | undefined}
 */
export function releaseProblem({ appOutDir, targets, inspectable }) {
  const released = targets.map(({ name }) => name).filter((name) => !unreleased.has(name))
  if (released.length === 0) return undefined
  const names = released.join(', ')
  if (existsSync(join(appOutDir, 'standin'))) {
    return `Refusing to make ${names}: the packed distribution is the Electron stand-in. Install Electron (node node_modules/electron/install.js) and pack again.`
  }
  if (inspectable) {
    return `Refusing to make ${names}: Node's inspector is enabled, which only end-to-end tests may have.`
  }
  return undefined
}

/**
 * electron-builder's hook.
 * @param {import('electron-builder').AfterPackContext} context
 */
export async function afterPack(context) {
  const problem = releaseProblem({
    appOutDir: context.appOutDir,
    targets: context.targets,
    inspectable: context.packager.config.electronFuses?.enableNodeCliInspectArguments !== false,
  })
  if (problem !== undefined) throw new Error(problem)
}
