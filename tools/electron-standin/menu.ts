import { EventEmitter } from 'node:events'
import type { MenuItemConstructorOptions } from 'electron'
import type { NativeImage } from './native-image.ts'
import { notImplemented, sayOnce, strictClass } from './refuse.ts'

export class MenuItem {
  readonly id: string
  readonly role: MenuItemConstructorOptions['role'] | undefined
  readonly type: NonNullable<MenuItemConstructorOptions['type']>
  readonly accelerator: string | null
  readonly submenu: Menu | undefined
  label: string
  enabled: boolean
  visible: boolean
  checked: boolean
  readonly #onClick: MenuItemConstructorOptions['click']

  constructor(options: MenuItemConstructorOptions) {
    const { submenu } = options
    this.id = options.id ?? ''
    this.role = options.role
    this.type = options.type ?? (submenu === undefined ? 'normal' : 'submenu')
    this.accelerator = options.accelerator ?? null
    this.submenu = Array.isArray(submenu) ? Menu.buildFromTemplate(submenu) : (submenu as Menu | undefined)
    this.label = options.label ?? options.role ?? ''
    this.enabled = options.enabled ?? true
    this.visible = options.visible ?? true
    this.checked = options.checked ?? false
    this.#onClick = options.click
  }

  /** What a person's click does; a role's own effect does not exist here. */
  click(event: object = {}): void {
    if (this.#onClick === undefined && this.role !== undefined) notImplemented(`the menu role ${this.role}`)
    if (this.type === 'checkbox') this.checked = !this.checked
    const call = this.#onClick as ((item: MenuItem, window: undefined, event: object) => void) | undefined
    call?.(this, undefined, event)
  }
}
strictClass('MenuItem', MenuItem)

let applicationMenu: Menu | null = null

export class Menu extends EventEmitter {
  readonly items: MenuItem[] = []

  static buildFromTemplate(template: readonly (MenuItemConstructorOptions | MenuItem)[]): Menu {
    const menu = new Menu()
    for (const item of template) menu.append(item instanceof MenuItem ? item : new MenuItem(item))
    return menu
  }

  static setApplicationMenu(menu: Menu | null): void {
    applicationMenu = menu
  }

  static getApplicationMenu(): Menu | null {
    return applicationMenu
  }

  append(item: MenuItem): void {
    this.items.push(item)
  }

  getMenuItemById(id: string): MenuItem | null {
    for (const item of this.items) {
      const found = item.id === id ? item : (item.submenu?.getMenuItemById(id) ?? null)
      if (found !== null) return found
    }
    return null
  }
}
strictClass('Menu', Menu)

const trays = new Set<Tray>()

export class Tray extends EventEmitter {
  #image: NativeImage | string
  #toolTip = ''
  #menu: Menu | null = null
  #destroyed = false

  constructor(image: NativeImage | string, _guid?: string) {
    super()
    sayOnce('the tray icon is remembered but not shown')
    this.#image = image
    trays.add(this)
  }

  setImage(image: NativeImage | string): void {
    this.#image = image
  }

  setToolTip(toolTip: string): void {
    this.#toolTip = toolTip
  }

  setContextMenu(menu: Menu | null): void {
    this.#menu = menu
  }

  isDestroyed(): boolean {
    return this.#destroyed
  }

  destroy(): void {
    this.#destroyed = true
    trays.delete(this)
    this.removeAllListeners()
  }

  /** Lets a test see what a person would. */
  get [Symbol.for('standin.tray')](): { image: NativeImage | string; toolTip: string; menu: Menu | null } {
    return { image: this.#image, toolTip: this.#toolTip, menu: this.#menu }
  }

  static get [Symbol.for('standin.trays')](): readonly Tray[] {
    return [...trays]
  }
}
strictClass('Tray', Tray)
