import { subcommands } from './cli/administer.ts'
import { ArgumentProblem, CommandProblem, helpText } from './cli/arguments.ts'
import { print, say } from './cli/print.ts'
import { serve } from './cli/serve.ts'

/** `npm run hub -- …`: the hub alone, or one act of administration on its data directory. */
async function main(args: readonly string[]): Promise<void> {
  const [first = ''] = args
  if (args.includes('--help') || args.includes('-h')) return void print(helpText.trimEnd())
  const subcommand = subcommands.get(first)
  if (subcommand) await subcommand(args.slice(1))
  else if (first !== '' && !first.startsWith('-'))
    throw new ArgumentProblem(`There is no command "${first}". See: npm run hub -- --help`)
  else await serve(args)
}

// `… export | head` closes the pipe early, and that is not an error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit(0)
})

main(process.argv.slice(2)).catch((error: unknown) => {
  if (error instanceof CommandProblem) {
    process.exitCode = error.exitCode
    say(`hub: ${error.message}`)
    return
  }
  process.exitCode = 1
  say(`hub: failed unexpectedly: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
})
