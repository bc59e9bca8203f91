import { execFile } from 'node:child_process'
import { copyFileSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Page } from '@playwright/test'
import { findProgram } from '../setup/programs.mjs'

/** The folder that a run leaves: emptied at its start, so that nothing in it is of another run. */
export type Output = {
  readonly folder: string
  readonly path: (name: string) => string
  readonly write: (name: string, content: string | Uint8Array) => void
  readonly copy: (from: string, name: string) => void
  /** Numbered in the order of the story. */
  readonly screenshot: (page: Page, name: string) => Promise<void>
  readonly screenshots: () => readonly string[]
}

export function openOutput(folder: string): Output {
  mkdirSync(folder, { recursive: true })
  // Not the folder itself: somebody may be looking at it.
  for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true, force: true })
  const pictures = join(folder, 'screenshots')
  mkdirSync(pictures)
  const taken: string[] = []
  return {
    folder,
    path: (name) => join(folder, name),
    write: (name, content) => writeFileSync(join(folder, name), content),
    copy: (from, name) => copyFileSync(from, join(folder, name)),
    async screenshot(page, name) {
      const file = `${String(taken.length + 1).padStart(2, '0')}-${name}.png`
      taken.push(file)
      await page.screenshot({ path: join(pictures, file), animations: 'disabled' })
    },
    screenshots: () => taken,
  }
}

/** Draws the pages of a PDF beside it; says why where the program for it is missing. */
export async function drawPages(
  output: Output,
  pdf: string,
): Promise<{ readonly ok: true; readonly pages: number } | { readonly ok: false; readonly message: string }> {
  const found = findProgram('pdftoppm')
  if (!found.ok) return found
  const folder = output.path('record-pages')
  mkdirSync(folder)
  await promisify(execFile)(found.path, ['-png', '-r', '80', output.path(pdf), join(folder, 'page')])
  return { ok: true, pages: readdirSync(folder).length }
}
