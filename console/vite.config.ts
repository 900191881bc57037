/** Builds the console into `dist/`, and serves it while it is written: `npm run dev:console`. */
import process from 'node:process';
import { defineConfig } from 'vite';

/** The server whose API the console in development calls. */
const API = process.env.PHAROS_URL ?? 'http://localhost:8000';

export default defineConfig(({ command }) => ({
  root: import.meta.dirname,
  base: command === 'build' ? '/assets/' : '/',
  build: {
    // A name below /assets/console/ holds a hash of its content, so it is kept for ever: src/routes/system/assets.ts.
    assetsDir: 'console',
    assetsInlineLimit: 0,
    target: 'es2023',
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  server: {
    port: 5173,
    strictPort: true,
    proxy: {
      // Everything but the console's own modules. The API sees its own origin, as it does where it serves the console.
      '^/(?!app(/|$)|src/|@|node_modules/|clients/|index\\.html)': {
        target: API,
        changeOrigin: true,
        headers: { origin: new URL(API).origin },
      },
    },
  },
}));
