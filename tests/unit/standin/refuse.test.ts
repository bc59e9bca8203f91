import { EventEmitter } from 'node:events'
import { expect, test } from 'vitest'
import { absentExport, strictClass, strictModule } from '../../../tools/electron-standin/refuse.ts'

test('a module throws on a name that it lacks, but lets tests stub and await it', async () => {
  const dialog = strictModule('dialog', { showErrorBox: () => 'shown' }) as Record<string, unknown> & {
    showErrorBox: () => string
  }
  expect(dialog.showErrorBox()).toBe('shown')
  expect(() => dialog.showOpenDialog).toThrow('stand-in: dialog.showOpenDialog is not implemented')
  expect(await Promise.resolve(dialog)).toBe(dialog)
  dialog.showOpenDialog = () => 'stubbed'
  expect((dialog.showOpenDialog as () => string)()).toBe('stubbed')
  expect(() => {
    dialog.someSetting = true
  }).toThrow('stand-in: setting dialog.someSetting is not implemented')
})

test('a class keeps its parents and its privates, and throws on the rest', () => {
  class Window extends EventEmitter {
    #title = 'a'
    static all(): string {
      return 'all'
    }
    get title(): string {
      return this.#title
    }
    set title(title: string) {
      this.#title = title
    }
  }
  strictClass('Window', Window)
  const window = new Window() as Window & Record<string, unknown>
  const heard: unknown[] = []
  window.once('x', (value) => heard.push(value))
  window.emit('x', 1)
  window.title = 'b'
  expect([heard, window.title, Window.all(), window instanceof EventEmitter]).toEqual([[1], 'b', 'all', true])
  expect(() => window.setOpacity).toThrow('stand-in: Window.setOpacity is not implemented')
  expect(() => Reflect.get(Window, 'fromId')).toThrow('stand-in: Window.fromId is not implemented')
  expect(() => {
    window.opacity = 1
  }).toThrow('stand-in: setting Window.opacity is not implemented')
})

test('an absent export can be imported but not used', () => {
  const absent = absentExport('utilityProcess') as { fork: () => void; new (): object }
  expect(() => absent.fork()).toThrow('stand-in: electron.utilityProcess is not implemented')
  expect(() => new absent()).toThrow('stand-in: electron.utilityProcess is not implemented')
})
