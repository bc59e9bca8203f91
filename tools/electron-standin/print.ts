import type { PrintToPDFOptions } from 'electron'
import type { Protocol } from './protocol.ts'

/** Paper sizes by Electron's names, width × height in inches. */
const PAPER_INCHES: Readonly<Record<string, readonly [width: number, height: number]>> = {
  A0: [33.1, 46.8],
  A1: [23.4, 33.1],
  A2: [16.54, 23.4],
  A3: [11.7, 16.54],
  A4: [8.27, 11.7],
  A5: [5.83, 8.27],
  A6: [4.13, 5.83],
  Legal: [8.5, 14],
  Letter: [8.5, 11],
  Tabloid: [11, 17],
  Ledger: [17, 11],
}

/** Electron's options for `printToPDF` as the DevTools protocol's; lengths are inches in both. */
export function printParameters(options: PrintToPDFOptions): Protocol.Page.printToPDFParameters {
  const { pageSize = 'Letter', margins, generateTaggedPDF, ...same } = options
  const named = typeof pageSize === 'string' ? PAPER_INCHES[pageSize] : undefined
  if (typeof pageSize === 'string' && named === undefined) throw new Error(`Invalid pageSize ${pageSize}`)
  const [paperWidth, paperHeight] = named ?? [
    (pageSize as { width: number }).width,
    (pageSize as { height: number }).height,
  ]
  return {
    ...same,
    paperWidth,
    paperHeight,
    ...(generateTaggedPDF !== undefined && { generateTaggedPDF }),
    ...(margins?.top !== undefined && { marginTop: margins.top }),
    ...(margins?.bottom !== undefined && { marginBottom: margins.bottom }),
    ...(margins?.left !== undefined && { marginLeft: margins.left }),
    ...(margins?.right !== undefined && { marginRight: margins.right }),
  }
}
