import { resolve } from 'node:path'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'electron-vite'

// Only the native module stays outside the main bundle: it ships as real files next to the ASAR.
export default defineConfig({
  main: {
    build: {
      externalizeDeps: { exclude: [], include: ['better-sqlite3'] },
      rollupOptions: {
        // The hub client is loaded when the button is armed, what writes DICOM when a record is saved, what copies
        // the log once a day; a `-worker` is a thread of its own. As inputs of their own they never import `index.js`, which under another address would
        // start the app a second time.
        input: {
          index: resolve('src/main/index.ts'),
          'hub-client': resolve('src/platform/node/hub-client.ts'),
          'dicom-worker': resolve('src/platform/node/dicom-worker.ts'),
          'hang-guard-worker': resolve('src/platform/node/hang-guard-worker.ts'),
          'dicom-file': resolve('src/platform/node/dicom-file.ts'),
          'log-copy-worker': resolve('src/platform/node/log-copy-worker.ts'),
          'wal-worker': resolve('src/platform/node/wal-worker.ts'),
        },
        external: ['better-sqlite3'],
      },
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
