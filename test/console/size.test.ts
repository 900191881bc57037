/** How much a browser loads before the console can be used. */
import { existsSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';

interface Entry {
  readonly file: string;
  readonly imports?: readonly string[];
  readonly css?: readonly string[];
}

const DIST = new URL('../../console/dist/', import.meta.url);
const manifest: Readonly<Record<string, Entry>> = JSON.parse(readFileSync(new URL('manifest.json', DIST), 'utf8'));
const gzipped = (file: string) => gzipSync(readFileSync(new URL(file, DIST)), { level: 9 }).byteLength;

/** The files of an entry and of everything that it imports at once. */
function closure(key: string, seen = new Set<string>()): Set<string> {
  if (seen.has(key)) return seen;
  seen.add(key);
  for (const imported of manifest[key]?.imports ?? []) closure(imported, seen);
  return seen;
}

const script = /<script [^>]*src="\/assets\/([^"]+)"/.exec(readFileSync(new URL('index.html', DIST), 'utf8'))?.[1];
const entry = Object.keys(manifest).find((key) => manifest[key]?.file === script) ?? '';
const screens = Object.keys(manifest).filter((key) => /^src\/screens\/[^/]+\/[^/]+-screen\.tsx$/.test(key));

describe('first load', () => {
  test('console: the screens are in the manifest, and each of its files exists', () => {
    expect(entry).not.toBe('');
    expect(screens).toEqual(expect.arrayContaining(['src/screens/login/login-screen.tsx']));
    for (const { file } of Object.values(manifest)) expect([file, existsSync(new URL(file, DIST))]).toEqual([file, true]);
  });

  test.each(screens)('console: the first load of %s is under 120 KB of script, gzipped', (screen) => {
    const files = new Set([...closure(entry), ...closure(screen)].map((key) => manifest[key]?.file ?? ''));
    const bytes = [...files].reduce((sum, file) => sum + gzipped(file), 0);
    expect(bytes).toBeGreaterThan(10_000);
    expect(bytes).toBeLessThan(120 * 1024);
  });

  test('console: the styles of every screen together are under 20 KB, gzipped', () => {
    const files = new Set(
      Object.values(manifest).flatMap(({ css = [], file }) => [...css, ...(file.endsWith('.css') ? [file] : [])]),
    );
    expect(files.size).toBeGreaterThan(0);
    expect([...files].reduce((sum, file) => sum + gzipped(file), 0)).toBeLessThan(20 * 1024);
  });
});
