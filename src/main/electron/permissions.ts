import { app, session } from 'electron'
import { isAppAddress } from '../app-files.ts'

/** Camera and microphone for our own pages; everything else, for everybody, is refused. */
export function guardPermissions(): void {
  session.defaultSession.setPermissionRequestHandler((_contents, permission, callback, details) => {
    callback(permission === 'media' && isAppAddress(details.requestingUrl))
  })
  session.defaultSession.setPermissionCheckHandler(
    (_contents, permission, requestingOrigin) => permission === 'media' && isAppAddress(requestingOrigin),
  )
}

/** No page leaves the app, opens a window or holds another page, whatever it shows. */
export function guardNavigation(): void {
  app.on('web-contents-created', (_event, contents) => {
    contents.on('will-navigate', (event) => event.preventDefault())
    contents.on('will-redirect', (event) => event.preventDefault())
    contents.on('will-attach-webview', (event) => event.preventDefault())
    contents.setWindowOpenHandler(() => ({ action: 'deny' }))
  })
}
