import { resolve } from 'node:path'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

// The pages that the hub serves. Each folder is one page; the administration pages will join here.
export default defineConfig({
  root: resolve('src/physician'),
  base: './',
  plugins: [react()],
  worker: { format: 'es' },
  build: {
    outDir: resolve('out/physician'),
    emptyOutDir: true,
    // Files stay files, so that the content policy need not allow data addresses.
    assetsInlineLimit: 0,
    // Minified and before gzip; the benchmarks watch what is sent.
    chunkSizeWarningLimit: 700,
  },
})
