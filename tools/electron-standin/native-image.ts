import fs from 'node:fs'
import path from 'node:path'
import { notImplemented, strictClass, strictModule } from './refuse.ts'

const PNG_SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])

function isPng(bytes: Buffer): boolean {
  return bytes.subarray(0, 8).equals(PNG_SIGNATURE) && bytes.length >= 24
}

/** A PNG as it is; nothing here can decode, scale or re-encode one. */
export class NativeImage {
  readonly #png: Buffer
  #template = false

  constructor(png: Buffer) {
    this.#png = png
  }

  isEmpty(): boolean {
    return this.#png.length === 0
  }

  toPNG(): Buffer {
    return this.#png
  }

  toDataURL(): string {
    return `data:image/png;base64,${this.#png.toString('base64')}`
  }

  getSize(): { width: number; height: number } {
    if (this.isEmpty()) return { width: 0, height: 0 }
    return { width: this.#png.readUInt32BE(16), height: this.#png.readUInt32BE(20) }
  }

  setTemplateImage(template: boolean): void {
    this.#template = template
  }

  isTemplateImage(): boolean {
    return this.#template
  }
}
strictClass('NativeImage', NativeImage)

function fromPng(bytes: Buffer): NativeImage {
  // What Electron cannot decode it takes for an empty image.
  return new NativeImage(isPng(bytes) ? bytes : Buffer.alloc(0))
}

export const nativeImage = strictModule('nativeImage', {
  createEmpty: () => new NativeImage(Buffer.alloc(0)),

  createFromPath(file: string): NativeImage {
    if (!fs.existsSync(file)) return new NativeImage(Buffer.alloc(0))
    if (path.extname(file).toLowerCase() !== '.png') notImplemented(`nativeImage.createFromPath('${file}')`)
    return fromPng(fs.readFileSync(file))
  },

  createFromDataURL(url: string): NativeImage {
    const data = /^data:image\/png;base64,(.*)$/s.exec(url)?.[1]
    return data === undefined
      ? notImplemented('nativeImage of anything but PNG')
      : fromPng(Buffer.from(data, 'base64'))
  },

  createFromBuffer: (bytes: Buffer) => fromPng(bytes),
})
