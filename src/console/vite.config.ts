import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

/**
 * The play page, served below /play, and the page of a warehouse to-do, served as /receive/<token>; addresses of files are
 * relative, so that each finds its own beside it. No source maps: they would ship the tree.
 */
export default defineConfig({
  root: import.meta.dirname,
  base: './',
  plugins: [react()],
  build: {
    outDir: '../../dist/console',
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    rolldownOptions: { input: [`${import.meta.dirname}/index.html`, `${import.meta.dirname}/receive.html`] },
  },
})
