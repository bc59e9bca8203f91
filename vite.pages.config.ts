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
    rolldownOptions: {
      input: {
        index: resolve('src/physician/index.html'),
        'push-worker': resolve('src/physician/push/push-worker.ts'),
      },
      // A service worker keeps its address, and reaches no further up than where it lies.
      output: {
        entryFileNames: ({ name }) => (name === 'push-worker' ? '[name].js' : 'assets/[name]-[hash].js'),
      },
    },
    // Minified and before gzip; the benchmarks watch what is sent.
    chunkSizeWarningLimit: 700,
  },
})
