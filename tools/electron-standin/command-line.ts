export interface Inspect {
  readonly host: string
  readonly port: number
  readonly wait: boolean
}

export interface CommandLine {
  readonly printVersion: boolean
  readonly inspect: Inspect | undefined
  /** Scripts given by `-r`, loaded before the app: Playwright's loader comes this way. */
  readonly preloads: readonly string[]
  readonly switches: readonly (readonly [name: string, value: string])[]
  /** The app's folder or file, as given. */
  readonly target: string | undefined
}

function parseInspect(kind: string, value: string): Inspect {
  const colon = value.lastIndexOf(':')
  const host = colon < 0 ? '127.0.0.1' : value.slice(0, colon)
  const port = colon < 0 ? value : value.slice(colon + 1)
  return { host, port: port === '' ? 9229 : Number(port), wait: kind === 'inspect-brk' }
}

/** Reads Electron's command line: Node's inspector and `-r` are ours, any other switch is Chromium's. */
export function parseCommandLine(args: readonly string[]): CommandLine {
  const preloads: string[] = []
  const switches: [string, string][] = []
  let inspect: Inspect | undefined
  let target: string | undefined
  const first = args[0]
  const printVersion = first === '--version' || first === '-v'
  for (let index = 0; index < args.length; index += 1) {
    const arg = args[index] ?? ''
    if (arg === '--') {
      target ??= args[index + 1]
      break
    }
    if (arg === '-r' || arg === '--require') {
      index += 1
      preloads.push(args[index] ?? '')
      continue
    }
    const match = /^--([^=]+)(?:=([\s\S]*))?$/.exec(arg)
    const name = match?.[1]
    if (name === undefined) {
      if (!arg.startsWith('-')) target ??= arg
      continue
    }
    const value = match?.[2] ?? ''
    if (name === 'inspect' || name === 'inspect-brk') inspect = parseInspect(name, value)
    else switches.push([name, value])
  }
  return { printVersion, inspect, preloads, switches, target }
}
