import { BrowserWindow } from 'electron'
import type { AppProtocol } from './app-protocol.ts'

/** Prints a page of ours to PDF in a window that nobody sees and that can do nothing else. */
export function pdfPrinter(pages: AppProtocol): (html: string) => Promise<Buffer> {
  return async (html) => {
    const window = new BrowserWindow({
      show: false,
      webPreferences: { sandbox: true, contextIsolation: true, nodeIntegration: false },
    })
    try {
      await window.loadURL(pages.offerOnce(html))
      return await window.webContents.printToPDF({
        printBackground: true,
        preferCSSPageSize: true,
        generateTaggedPDF: true,
      })
    } finally {
      window.destroy()
    }
  }
}
