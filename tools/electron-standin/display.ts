import { EventEmitter } from 'node:events'
import type { Rectangle } from 'electron'
import { strictClass } from './refuse.ts'
import { applyColorScheme } from './web-contents.ts'

interface Display {
  readonly id: number
  readonly label: string
  readonly scaleFactor: number
  readonly rotation: number
  readonly bounds: Rectangle
  readonly workArea: Rectangle
  readonly size: { readonly width: number; readonly height: number }
  readonly workAreaSize: { readonly width: number; readonly height: number }
  readonly internal: boolean
}

function displayOf(bounds: Rectangle, workArea: Rectangle): Display {
  const size = ({ width, height }: Rectangle) => ({ width, height })
  return {
    id: 1,
    label: 'stand-in',
    scaleFactor: 1,
    rotation: 0,
    bounds,
    workArea,
    size: size(bounds),
    workAreaSize: size(workArea),
    internal: false,
  }
}

const FULL_HD: Rectangle = { x: 0, y: 0, width: 1920, height: 1080 }
let display = displayOf(FULL_HD, FULL_HD)

/** What the first page of a headed Chromium sees as its screen. */
export function setDisplay(bounds: Rectangle, workArea: Rectangle): void {
  display = displayOf(bounds, workArea)
}

class Screen extends EventEmitter {
  getPrimaryDisplay(): Display {
    return display
  }

  getAllDisplays(): Display[] {
    return [display]
  }

  getDisplayMatching(_rect: Rectangle): Display {
    return display
  }
}
export const screen = new Screen()
strictClass('screen', Screen)

type ThemeSource = 'system' | 'light' | 'dark'

class NativeTheme extends EventEmitter {
  #source: ThemeSource = 'system'

  get themeSource(): ThemeSource {
    return this.#source
  }

  set themeSource(source: ThemeSource) {
    if (source === this.#source) return
    this.#source = source
    applyColorScheme(source === 'system' ? '' : source)
    this.emit('updated')
  }

  /** Without a desktop the system's own choice is light. */
  get shouldUseDarkColors(): boolean {
    return this.#source === 'dark'
  }

  get shouldUseHighContrastColors(): boolean {
    return false
  }
}
export const nativeTheme = new NativeTheme()
strictClass('nativeTheme', NativeTheme)
