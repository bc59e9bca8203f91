import { resolve } from 'node:path'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'electron-vite'

// Only the native module stays outside the main bundle: it ships as real files next to the ASAR.
export default defineConfig({
  main: {
    build: {
      externalizeDeps: { exclude: [], include: ['better-sqlite3'] },
      rollupOptions: { input: { index: resolve('src/main/index.ts') }, external: ['better-sqlite3'] },
    },
  },
  preload: {
    build: {
      rollupOptions: {
        input: { index: resolve('src/preload/index.ts') },
        // A sandboxed preload must be CommonJS.
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: resolve('src/renderer'),
    plugins: [react()],
    build: {
      // electron-vite leaves it readable; less to read is less to wait for at each start.
      minify: true,
      // Before gzip; the benchmarks watch what is read.
      chunkSizeWarningLimit: 700,
      rollupOptions: {
        input: { index: resolve('src/renderer/index.html'), help: resolve('src/renderer/help.html') },
      },
    },
  },
})
