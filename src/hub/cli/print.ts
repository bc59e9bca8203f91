/** What was asked for: on the standard output, for pipes. */
export const print = (line: string): boolean => process.stdout.write(`${line}\n`)

/** Words for the person at the terminal. */
export const say = (line: string): boolean => process.stderr.write(`${line}\n`)
