// @ts-check
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { commands, usage } from './commands.mjs'
import { tryElectron } from './electron.mjs'
import { ensurePackages, nodeOf } from './packages.mjs'
import { exitCodeOf, passSignals, say } from './say.mjs'
import { ensurePrograms } from './system.mjs'

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))))

/**
 * Sets up what a command needs and runs its script with Node 24.
 * @param {readonly string[]} argv the command's name and its own arguments
 * @returns {Promise<number>} the exit code
 */
export async function bootstrap([name, ...args]) {
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    process.stdout.write(`${usage()}\n`)
    return name === undefined ? 2 : 0
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (command === undefined) {
    process.stderr.write(`scanside: there is no command "${name}"\n\n${usage()}\n`)
    return 2
  }
  if (!existsSync(join(root, command.script))) return refuse(`this checkout has no ${command.script}`)

  const packages = await ensurePackages(root)
  if (!packages.ok) return refuse(packages.message)
  const asksForHelp = args.includes('--help') || args.includes('-h')
  const electronIsHere = !asksForHelp && command.electron && (await tryElectron(root))
  const programs = await ensurePrograms(root, asksForHelp ? 'help' : name, { electronIsHere })
  if (!programs.ok) return refuse(`npm run ${name} cannot go on: ${programs.message}`)

  const env = withBinFirst({ ...process.env, ...programs.env })
  if (command.built && !asksForHelp) {
    const exitCode = await runScript(join('tools', 'build.ts'), [], env)
    if (exitCode !== 0) return exitCode
  }
  return runScript(command.script, args, env, command.node)
}

/** @param {string} message */
function refuse(message) {
  say(message)
  return 1
}

/**
 * @param {string} script
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} env
 * @param {readonly string[]} [nodeArgs]
 * @returns {Promise<number>}
 */
function runScript(script, args, env, nodeArgs = []) {
  return new Promise((resolve) => {
    const child = spawn(nodeOf(root), [...nodeArgs, join(root, script), ...args], { stdio: 'inherit', env })
    const release = passSignals(child)
    child.on('error', (error) => {
      release()
      resolve(refuse(`cannot start Node 24 (${error.message}): delete node_modules and run this again`))
    })
    child.on('close', (code, signal) => {
      release()
      resolve(exitCodeOf(code, signal))
    })
  })
}

/**
 * So that what the script starts by name (`node`, `biome`, …) is what the lock file says.
 * @param {NodeJS.ProcessEnv} env
 * @returns {NodeJS.ProcessEnv}
 */
function withBinFirst(env) {
  const key = Object.keys(env).find((name) => name.toUpperCase() === 'PATH') ?? 'PATH'
  return { ...env, [key]: [join(root, 'node_modules', '.bin'), env[key] ?? ''].join(delimiter) }
}
