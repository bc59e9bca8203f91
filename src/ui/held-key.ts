/** A key held down is one press: browsers click a button again and again while Enter is down. */
export function ignoreHeldKey(event: {
  readonly repeat: boolean
  readonly preventDefault: () => void
}): void {
  if (event.repeat) event.preventDefault()
}
