/**
 * `npm run build`: bundles every program into `dist/`, and the console into `console/dist/`. Chunks are named by their content and the manifest is written last,
 * so that a start during a build finds either the old bundle or the new one, and two builds at once do no harm.
 */
import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { rolldown } from 'rolldown';
import { digestOf, MANIFEST, ROOT } from '../bin/bundle.js';
import { PROGRAMS } from '../src/adapters/package-files.ts';
import { buildConsole, consoleSources, hasConsole } from './console.ts';
import { EXTERNAL } from './external.ts';
import { patchPackages } from './patch-packages.js';

/** What decides about the bundle beside the modules in it. */
const ALSO = ['build/bundle.ts', 'build/external.ts', 'build/patch-packages.js', 'package-lock.json', 'package.json'];

patchPackages();
const startedAt = Date.now();
const dist = dirname(MANIFEST);
const staging = join(ROOT, `dist/.build-${process.pid}`);
mkdirSync(staging, { recursive: true });
try {
  const bundle = await rolldown({
    cwd: ROOT,
    platform: 'node',
    input: PROGRAMS,
    external: EXTERNAL,
    // Dynamic imports stay: the command line loads a command's modules when it runs that command.
    logLevel: 'warn',
    onLog: (level, log, handle) => {
      // The import would stay in the bundle and fail at the start, with a trace instead of a remedy.
      if (log.code === 'UNRESOLVED_IMPORT') throw new Error(`${log.message}\nrun "npm ci": a package may be missing`);
      handle(level, log);
    },
  });
  const { output } = await bundle.write({
    dir: staging,
    format: 'esm',
    sourcemap: true,
    // The files are moved from the staging folder to its parent, which is one level nearer to the sources.
    sourcemapPathTransform: (source) => source.replace(/^\.\.\//, ''),
    chunkFileNames: '[name]-[hash].js',
    comments: { legal: true, jsdoc: false, annotation: false },
  });
  await bundle.close();
  const modules = output.flatMap((file) => (file.type === 'chunk' ? file.moduleIds : []));
  const sources = modules.map((id) => relative(ROOT, id)).filter((file) => /^(?!node_modules\/)\w.*\.(?:ts|json)$/.test(file));
  const files = [...new Set([...sources, ...ALSO, ...(hasConsole() ? consoleSources() : [])])].sort();
  if (hasConsole()) await buildConsole();

  const made = new Set(readdirSync(staging));
  const entries = new Set(Object.keys(PROGRAMS).map((name) => `${name}.js`));
  const order = [...made].sort((a, b) => Number(entries.has(a)) - Number(entries.has(b)));
  for (const file of order) renameSync(join(staging, file), join(dist, file));
  writeFileSync(join(staging, 'sources.json'), `${JSON.stringify({ digest: digestOf(files), files }, null, 1)}\n`);
  renameSync(join(staging, 'sources.json'), MANIFEST);
  for (const { name } of readdirSync(dist, { withFileTypes: true }).filter((entry) => entry.isFile())) {
    if (!made.has(name) && name !== 'sources.json') rmSync(join(dist, name), { force: true });
  }
  process.stdout.write(`dist/: ${entries.size} programs of ${files.length} sources in ${Date.now() - startedAt} ms\n`);
} finally {
  rmSync(staging, { recursive: true, force: true });
}
