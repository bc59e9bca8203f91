import { spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { createHub, HubError } from '../src/hub/hub.ts'
import { findElectron } from './electron-runtime.ts'
import { sampleIds, samplePins, sampleSite } from './sample-site.ts'

const root = path.join(import.meta.dirname, '..')

const help = `usage: npm start -- [options]

Opens the workstation on an embedded hub with a sample site: synthetic people, example reaction cards that no
medical director has approved. What you do stays in .scanside/sample until you delete that folder.

  --port N     the hub's port (default 7480); the workstation and the passkeys are bound to it
  --fresh      begin with a new, empty sample in .scanside/sample-<time>
  --help       this text`

/** Both ends of Scanside on one machine, for a person to try. */
async function start(): Promise<number> {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '7480' },
      fresh: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    console.log(help)
    return 0
  }
  const port = Number(values.port)
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    console.error(`--port takes a number from 1 to 65535, not "${values.port}".`)
    return 2
  }
  const name = values.fresh ? `sample-${new Date().toISOString().replaceAll(':', '-')}` : 'sample'
  const data = path.join(root, '.scanside', name)
  mkdirSync(data, { recursive: true })

  const electron = await findElectron()
  if (process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY) {
    console.error('There is no display here to open the workstation on. Run: npm run demo (needs none).')
    return 1
  }
  const hub = await createHub({
    data: path.join(data, 'hub'),
    port,
    site: sampleSite(new Date(), samplePins),
    logLevel: 'warn',
  })
  const { url } = await hub.start()
  const enrolled = (await hub.devices()).length > 0
  const chen = await hub.issueInvite(sampleIds.physicians.chen)
  const rao = await hub.issueInvite(sampleIds.physicians.rao)
  const director = await hub.issueInvite(sampleIds.medicalDirector)
  const lines = [
    `Scanside, sample site "Imaging Center North" · ${electron.describe}`,
    '',
    `  Hub               ${url}`,
    ...(enrolled
      ? ['  Workstation       opens as CT 2, enrolled before']
      : [
          `  Workstation       opens; enrol it at ${url} with the code ${await hub.issueEnrolmentCode('ct-2')}`,
        ]),
    `  Technologist      J. Ortiz, PIN ${samplePins['t-ortiz']} (L. Kim, PIN ${samplePins['t-kim']})`,
    `  Physicians        open in a browser, then "Go on call":`,
    `     Dr. A. Chen    ${chen.url}`,
    `     Dr. M. Rao     ${rao.url}   (another browser profile)`,
    `  Medical director  approves the cards there, under "Cards":`,
    `     Dr. E. Novak   ${director.url}   (a third profile)`,
    `     afterwards     ${url}`,
    '',
    '  Ctrl+C here, or Quit in the workstation, ends all of it.',
  ]
  console.log(lines.join('\n'))

  const workstation = spawn(
    electron.executable,
    [root, `--user-data-dir=${path.join(data, 'workstation')}`],
    {
      stdio: 'inherit',
    },
  )
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => workstation.kill(signal))
  const code = await new Promise<number>((resolve) => {
    workstation.once('error', (error) => {
      console.error(`The workstation could not be started: ${error.message}`)
      resolve(1)
    })
    workstation.once('exit', (status) => resolve(status ?? 0))
  })
  await hub.stop()
  return code
}

try {
  process.exitCode = await start()
} catch (error) {
  if (!(error instanceof HubError)) throw error
  console.error(error.message)
  process.exitCode = 1
}
