import type { BrowserWindowConstructorOptions, RenderProcessGoneDetails } from 'electron'
import type { Page } from './page.ts'

/** What a WebContents needs of the window that holds it. */
export interface ContentsOwner {
  contentsReady(page: Page): Promise<void>
  firstPaint(): void
  focus(): void
  close(): void
  isFocused(): boolean
  openChild(options: BrowserWindowConstructorOptions, url: string): void
  titleChanged(title: string): void
  rendererGone(details: RenderProcessGoneDetails): void
}
