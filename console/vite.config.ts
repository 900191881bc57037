/** Builds the console into `dist/`, and serves it while it is written: `npm run dev:console`. */
import process from 'node:process';
import { defineConfig, type Plugin } from 'vite';

/** The server whose API the console in development calls. */
const API = process.env.PHAROS_URL ?? 'http://localhost:8000';

/** The file of `src/app/start.ts`, which runs before the rest has arrived. */
const START = 'start';

export default defineConfig(({ command }) => ({
  root: import.meta.dirname,
  base: command === 'build' ? '/assets/' : '/',
  plugins: [startFirst()],
  build: {
    // A name below /assets/console/ holds a hash of its content, so it is kept for ever: src/routes/system/assets.ts.
    assetsDir: 'console',
    assetsInlineLimit: 0,
    target: 'es2023',
    modulePreload: { polyfill: false },
    // Which modules a page loads, for the test of its size.
    manifest: 'manifest.json',
    reportCompressedSize: false,
    rolldownOptions: {
      output: {
        codeSplitting: {
          // Many small modules would take turns on the few connections of HTTP/1.1.
          groups: [
            {
              name: START,
              priority: 1,
              test: /\/console\/src\/(?:app\/(?:start|screens|match)|api\/begun)\.ts$|\/clients\/typescript\/src\/(?:renewal|session-hint|session-lock)\.ts$|vite\/|rolldown/,
            },
            {
              name: 'base',
              test: /\/console\/src\/(?:app|api|keyboard|parts|texts|screens\/login)\/|\/console\/src\/texts\.ts$|\/clients\/typescript\/|\/node_modules\/(?:preact|@preact|openapi-fetch)\//,
            },
          ],
        },
      },
    },
  },
  server: {
    port: 5173,
    strictPort: true,
    proxy: {
      // Everything but the console's own modules. The API sees its own origin, as it does where it serves the console.
      '^/(?!app(/|$)|docs$|src/|@|node_modules/|clients/|index\\.html)': {
        target: API,
        changeOrigin: true,
        headers: { origin: new URL(API).origin },
      },
    },
  },
}));

/** Lets the first file run as soon as it has arrived: `async` waits neither for the other files nor for the styles. */
function startFirst(): Plugin {
  return {
    name: 'start-first',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler: (html, { bundle = {} }) => {
        const start = Object.values(bundle).find((file) => file.type === 'chunk' && file.name === START);
        const tag = `<script type="module" crossorigin src="/assets/${start?.fileName}">`;
        if (!html.includes(tag)) throw new Error(`the page does not load ${tag}: which modules run first?`);
        return html.replace(tag, tag.replace('crossorigin', 'async crossorigin'));
      },
    },
  };
}
