/** Channel names, used by the preload and by `main/electron/` alone. Apart, so that a preload stays small. */
export const ipcChannels = {
  dispatch: 'scanside:dispatch',
  report: 'scanside:report',
  snapshot: 'scanside:snapshot',
  state: 'scanside:state',
  push: 'scanside:push',
} as const
