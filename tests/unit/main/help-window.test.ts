import { describe, expect, it } from 'vitest'
import { createHelpWindow } from '../../../src/main/help-window.ts'
import type { WindowName, Windows } from '../../../src/main/ports.ts'

function world() {
  const alive = new Set<WindowName>(['help'])
  const done: string[] = []
  const windows: Windows = {
    isAlive: (window) => alive.has(window),
    show: () => undefined,
    push: () => undefined,
    raise: (window) => void done.push(`raise ${window}`),
    hideHelp: () => void done.push('hide help'),
    setLayout: () => undefined,
  }
  const calls = { open: false }
  return { alive, done, calls, help: createHelpWindow(windows, () => calls.open) }
}

describe('the help window', () => {
  it('stands in for a main window that cannot show the call, until it can or the call is over', () => {
    const { alive, done, calls, help } = world()
    help.follow()
    expect(done).toEqual([])
    calls.open = true
    help.follow()
    help.follow()
    alive.add('main')
    help.follow()
    help.follow()
    alive.delete('main')
    help.follow()
    calls.open = false
    help.follow()
    expect(done).toEqual(['raise help', 'raise main', 'hide help', 'raise help', 'hide help'])
  })

  it('that a press has brought up is put away by whatever comes next, also if the main window was faster', () => {
    const { alive, done, calls, help } = world()
    help.raise()
    calls.open = true
    alive.add('main')
    help.follow()
    expect(done).toEqual(['raise help', 'raise main', 'hide help'])
    help.raise()
    expect(done.at(-1)).toBe('raise main')
  })
})
