// The least that an Electron app can be: what starting costs before any app of ours comes into it.
import { app, BrowserWindow } from 'electron'

const say = (event) => {
  const sinceProcessStartMs = Math.round(Date.now() - performance.timeOrigin)
  process.stdout.write(`${JSON.stringify({ event, sinceProcessStartMs })}\n`)
}
const painted = 'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))'

async function start() {
  say('armed')
  const window = new BrowserWindow({ webPreferences: { sandbox: true, contextIsolation: true } })
  await window.loadURL('data:text/html,<!doctype html><title>Blank</title>')
  await window.webContents.executeJavaScript(painted)
  say('usable')
}

app.on('window-all-closed', () => app.quit())
app
  .whenReady()
  .then(start)
  .catch((error) => {
    console.error(error)
    app.exit(1)
  })
