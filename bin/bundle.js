// @ts-check
/** Whether `dist/` was made from the sources beside it. Plain JavaScript: it runs before anything is built. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
/** Lists what the bundle was made of, with a digest of the contents; written last by build/bundle.ts. */
export const MANIFEST = join(ROOT, 'dist/sources.json');
/** The packed tarball holds no sources, so there is nothing to compare. */
const hasSources = () => existsSync(join(ROOT, 'build/bundle.ts'));

/** @param {readonly string[]} files paths relative to the root, in the order of the digest */
export function digestOf(files) {
  const hash = createHash('sha256');
  for (const file of files)
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(ROOT, file)))
      .update('\0');
  return hash.digest('hex');
}

/** @returns {'current' | 'stale' | 'missing'} */
export function bundleState() {
  try {
    if (!hasSources()) return existsSync(MANIFEST) ? 'current' : 'missing';
    const { files, digest } = JSON.parse(readFileSync(MANIFEST, 'utf8'));
    return digestOf(files) === digest ? 'current' : 'stale';
  } catch {
    // No manifest, or one that names a file which is gone.
    return existsSync(MANIFEST) ? 'stale' : 'missing';
  }
}

/**
 * Runs build/bundle.ts on the Node that the package `node` pins: the caller's may be too old for TypeScript.
 * @param {import('node:child_process').StdioOptions} stdio
 * @returns {boolean} whether it succeeded
 */
export function build(stdio) {
  const pinned = join(ROOT, 'node_modules/.bin/node');
  const node = existsSync(pinned) ? pinned : process.execPath;
  return spawnSync(node, [join(ROOT, 'build/bundle.ts')], { stdio }).status === 0;
}

/** Whether the bundler, a development dependency, and the sources are there. */
export const canBuild = () => hasSources() && existsSync(join(ROOT, 'node_modules/rolldown'));
