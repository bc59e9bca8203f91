import path from 'node:path'
import { findElectron } from './electron-runtime.ts'
import { electronDistOf, PROJECT_DIR } from './package-app.ts'

// Installers of this machine's platform, as electron-builder.yml says; `out/` is current by now.
const runtime = await findElectron()
if (runtime.kind === 'standin') {
  console.error(
    'Installers need Electron itself, which is not on this machine. Run: node node_modules/electron/install.js\n' +
      'For an unpacked app on the stand-in run: node tools/package-app.ts',
  )
  process.exitCode = 1
} else {
  const { build, Platform } = await import('electron-builder')
  const files = await build({
    projectDir: PROJECT_DIR,
    targets: Platform.current().createTarget(),
    publish: 'never',
    config: { electronDist: electronDistOf(runtime.executable) },
  })
  console.log(`Packed with ${runtime.describe}:`)
  for (const file of files) console.log(path.relative(PROJECT_DIR, file))
}
