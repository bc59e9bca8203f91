import { expect, test } from 'vitest'
import { printParameters } from '../../../tools/electron-standin/print.ts'

test("Electron's defaults: US Letter, portrait", () => {
  expect(printParameters({})).toEqual({ paperWidth: 8.5, paperHeight: 11 })
})

test('paper by name or in inches, margins and the rest', () => {
  expect(printParameters({ pageSize: 'A4', landscape: true, printBackground: true })).toEqual({
    paperWidth: 8.27,
    paperHeight: 11.7,
    landscape: true,
    printBackground: true,
  })
  expect(printParameters({ pageSize: { width: 4, height: 6 }, margins: { top: 0.5, left: 0 } })).toEqual({
    paperWidth: 4,
    paperHeight: 6,
    marginTop: 0.5,
    marginLeft: 0,
  })
})
