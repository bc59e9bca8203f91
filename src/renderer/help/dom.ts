import { ignoreHeldKey } from '../../ui/held-key.ts'

type Attributes = {
  readonly class?: string
  readonly role?: string
  readonly label?: string
  readonly testId?: string
  readonly onPress?: () => void
}

/** One element with text or elements inside. The help window has no framework: it must be there at once. */
export function h(
  tag: 'p' | 'h1' | 'h2' | 'div' | 'section' | 'ul' | 'ol' | 'li' | 'strong' | 'span' | 'button' | 'header',
  attributes: Attributes,
  ...children: readonly (Node | string | null)[]
): HTMLElement {
  const element = document.createElement(tag)
  if (attributes.class !== undefined) element.className = attributes.class
  if (attributes.role !== undefined) element.setAttribute('role', attributes.role)
  if (attributes.label !== undefined) element.setAttribute('aria-label', attributes.label)
  if (attributes.testId !== undefined) element.dataset.testid = attributes.testId
  const { onPress } = attributes
  if (onPress !== undefined) {
    element.addEventListener('click', onPress)
    element.onkeydown = ignoreHeldKey
  }
  if (element instanceof HTMLButtonElement) element.type = 'button'
  element.append(...children.filter((child) => child !== null))
  return element
}
