// The few behaviours of Electron that Scanside relies on, in the smallest app that shows them.
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { app, BrowserWindow, ipcMain, net, protocol, session } from 'electron'

const here = import.meta.dirname
const facts = { gone: [], secondArgv: [], permissions: [], opened: [], blocked: [], console: [] }
globalThis.facts = facts

protocol.registerSchemesAsPrivileged([
  { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true } },
])

if (!app.requestSingleInstanceLock()) app.quit()
app.on('second-instance', (_event, argv) => facts.secondArgv.push(argv.at(-1)))
app.on('window-all-closed', () => app.quit())
app.on('render-process-gone', (_event, contents, details) => {
  facts.gone.push(details)
  contents.reload()
})

function openWindow(page, options) {
  const window = new BrowserWindow({
    ...options,
    webPreferences: { preload: path.join(here, 'preload.cjs'), sandbox: true, contextIsolation: true },
  })
  const { webContents } = window
  webContents.setWindowOpenHandler(({ url }) => {
    facts.opened.push(url)
    return { action: 'deny' }
  })
  webContents.on('will-navigate', (event) => {
    facts.blocked.push(event.url)
    event.preventDefault()
  })
  webContents.on('console-message', (event) => facts.console.push(event.message))
  void window.loadURL(`app://bundle/${page}`)
  return window
}

app.whenReady().then(() => {
  protocol.handle('app', async (request) => {
    const { pathname, host } = new URL(request.url)
    if (host !== 'bundle') return new Response('not found', { status: 404 })
    const response = await net.fetch(pathToFileURL(path.join(here, pathname)).href)
    const headers = new Headers(response.headers)
    headers.set('content-security-policy', "default-src 'self' app:; style-src 'unsafe-inline'")
    return new Response(response.body, { headers })
  })
  session.defaultSession.setPermissionRequestHandler((_contents, permission, callback, details) => {
    facts.permissions.push([permission, ...(details.mediaTypes ?? [])])
    callback(globalThis.grantMedia === true)
  })
  ipcMain.handle('echo', (event, value) => ({ value, from: event.senderFrame.url }))
  ipcMain.handle('fail', () => {
    throw new RangeError('on purpose')
  })
  ipcMain.on('ask', (event, value) => event.sender.send('answer', value * 2))
  openWindow('index.html', { width: 900, height: 600 })
  openWindow('help.html', { width: 300, height: 120, show: false, alwaysOnTop: true })
})
