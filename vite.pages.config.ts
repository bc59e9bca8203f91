import { resolve } from 'node:path'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

// The pages that the hub serves. Each folder is one page; the administration pages will join here.
export default defineConfig({
  root: resolve('src/physician'),
  base: './',
  plugins: [react()],
  build: { outDir: resolve('out/physician'), emptyOutDir: true },
})
