import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

/** The play page, built to static files that app.ts serves below /play. No source maps: they would ship the tree. */
export default defineConfig({
  root: import.meta.dirname,
  base: '/play/',
  plugins: [react()],
  build: { outDir: '../../dist/console', emptyOutDir: true, target: 'es2022', assetsInlineLimit: 0 },
})
