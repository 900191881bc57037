/** Builds the console into `dist/`, and serves it while it is written: `npm run dev:console`. */
import process from 'node:process';
import { defineConfig, type Plugin, type Rolldown } from 'vite';

/** The server whose API the console in development calls. */
const API = process.env.PHAROS_URL ?? 'http://localhost:8000';

/** The screen that most visits begin with: the page asks for its modules at once, beside the entry that would import them later. */
const FIRST_SCREEN = 'search-screen';

export default defineConfig(({ command }) => ({
  root: import.meta.dirname,
  base: command === 'build' ? '/assets/' : '/',
  plugins: [preloadFirstScreen()],
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
              name: 'base',
              test: /\/console\/src\/(?:app|api|keyboard|parts|texts)\/|\/console\/src\/texts\.ts$|\/clients\/typescript\/|\/node_modules\/(?:preact|@preact|openapi-fetch)\/|vite\/|rolldown/,
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

function preloadFirstScreen(): Plugin {
  return {
    name: 'preload-first-screen',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler: (html, { bundle = {} }) => {
        const chunks = Object.values(bundle).filter((file): file is Rolldown.OutputChunk => file.type === 'chunk');
        const first = chunks.find(({ name }) => name === FIRST_SCREEN);
        if (!first) throw new Error(`no chunk is named ${FIRST_SCREEN}: which screen do most visits begin with?`);
        const files = [first.fileName, ...first.imports].filter((file) => !html.includes(file));
        return files.map((file) => ({
          tag: 'link',
          attrs: { rel: 'modulepreload', crossorigin: '', href: `/assets/${file}` },
          injectTo: 'head' as const,
        }));
      },
    },
  };
}
