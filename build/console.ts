/** The pages of the console, made by Vite into `console/dist/`. Names of files hold a hash of their content. */
import { existsSync, globSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { ROOT } from '../bin/bundle.js';

const CONSOLE = join(ROOT, 'console');
const DIST = join(CONSOLE, 'dist');

/** An image of the worker alone holds no console. */
export const hasConsole = (): boolean => existsSync(join(CONSOLE, 'vite.config.ts'));

/** What decides about the console, relative to the root. */
export const consoleSources = (): string[] =>
  globSync(['console/src/**/*.*', 'console/*.{html,json,ts}', 'clients/typescript/src/**/*.ts', 'build/console.ts'], {
    cwd: ROOT,
  });

/**
 * Builds beside `dist/` and moves the files over it, index.html last: a page that is loaded meanwhile finds its modules, and
 * two builds at once do no harm.
 */
export async function buildConsole(): Promise<void> {
  // A test runner sets another one, under which Vite would keep what is for development.
  process.env.NODE_ENV = 'production';
  const { build } = await import('vite');
  const staging = join(CONSOLE, `dist/.build-${process.pid}`);
  try {
    await build({
      configFile: join(CONSOLE, 'vite.config.ts'),
      logLevel: 'warn',
      build: { outDir: staging, emptyOutDir: true },
    });
    const made = filesOf(staging).sort((a, b) => Number(a === 'index.html') - Number(b === 'index.html'));
    for (const file of made) {
      mkdirSync(dirname(join(DIST, file)), { recursive: true });
      renameSync(join(staging, file), join(DIST, file));
    }
    const kept = new Set(made);
    for (const file of filesOf(DIST))
      if (!kept.has(file) && !file.startsWith('.build-')) rmSync(join(DIST, file), { force: true });
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}

const filesOf = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
