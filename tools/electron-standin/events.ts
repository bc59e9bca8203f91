/** The first argument of most of Electron's events. */
export interface PreventableEvent {
  readonly defaultPrevented: boolean
  preventDefault(): void
}

export function preventable<T extends object>(details: T): T & PreventableEvent {
  let prevented = false
  const event = {
    ...details,
    preventDefault() {
      prevented = true
    },
  }
  return Object.defineProperty(event, 'defaultPrevented', {
    get: () => prevented,
    enumerable: true,
  }) as typeof event & PreventableEvent
}
