/** Paths inside the Pharos package: shipped files, and the programs that one process starts as another. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const HERE = fileURLToPath(import.meta.url);
/** Sources are TypeScript; a bundle in `dist/` is JavaScript. */
const FROM_SOURCES = HERE.endsWith('.ts');

/** Entry points by the name of their bundle, `dist/<name>.js`. */
export const PROGRAMS = {
  api: 'src/runtimes/node.ts',
  worker: 'worker-node/main.ts',
  inference: 'worker-node/embedder/infer-process.ts',
  reader: 'worker-node/ingest/reader-process.ts',
  'read-thread': 'worker-node/ingest/read-thread.ts',
  'search-thread': 'worker-node/search/search-thread.ts',
  'sqlite-thread': 'src/adapters/sqlite-thread-main.ts',
  pharos: 'cli/main.ts',
} as const;

/** The nearest folder above with a package.json: modules stand at other depths in the bundle than in the sources. */
function findRoot(): string {
  for (let folder = dirname(HERE); ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return folder;
    if (folder === dirname(folder)) throw new Error(`no package.json above ${HERE}`);
  }
}

const ROOT = findRoot();

/** The absolute path of a file or folder that ships with the package, such as `migrations/sqlite`. */
export const packagePath = (path: string): string => join(ROOT, path);

/** The absolute path of a program: its bundle where this module is bundled, its source otherwise. */
export const programPath = (name: keyof typeof PROGRAMS): string =>
  packagePath(FROM_SOURCES ? PROGRAMS[name] : `dist/${name}.js`);
