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

const html = readFileSync(new URL('index.html', DIST), 'utf8');
const keyOf = (script: string) => Object.keys(manifest).find((key) => manifest[key]?.file === script) ?? '';
/** Those that the page names. */
const entries = [...html.matchAll(/<script ([^>]*)src="\/assets\/([^"]+)"/g)].map(([, attributes = '', script = '']) => ({
  key: keyOf(script),
  isAsync: attributes.includes('async'),
}));
const screens = Object.keys(manifest).filter((key) => /^src\/screens\/[^/]+\/[^/]+-screen\.tsx$/.test(key));

describe('first load', () => {
  test('console: the screens are in the manifest, and each of its files exists', () => {
    expect(entries.map(({ key }) => key)).not.toContain('');
    expect(screens).toEqual(expect.arrayContaining(['src/screens/search/search-screen.tsx']));
    for (const { file } of Object.values(manifest)) expect([file, existsSync(new URL(file, DIST))]).toEqual([file, true]);
  });

  test.each(screens)('console: the first load of %s is under 120 KB of script, gzipped', (screen) => {
    const keys = [...entries.map(({ key }) => key), screen].flatMap((key) => [...closure(key)]);
    const files = new Set(keys.map((key) => manifest[key]?.file ?? ''));
    const bytes = [...files].reduce((sum, file) => sum + gzipped(file), 0);
    expect(bytes).toBeGreaterThan(10_000);
    expect(bytes).toBeLessThan(120 * 1024);
  });

  test('console: the first script imports no other, is under 3 KB gzipped, and runs without waiting for the rest', () => {
    const [first] = entries;
    expect(first?.isAsync).toBe(true);
    expect([...closure(first?.key ?? '')]).toEqual([first?.key]);
    expect(gzipped(manifest[first?.key ?? '']?.file ?? '')).toBeLessThan(3 * 1024);
  });

  test('console: the styles of every screen together are under 20 KB, gzipped', () => {
    const files = new Set(
      Object.values(manifest).flatMap(({ css = [], file }) => [...css, ...(file.endsWith('.css') ? [file] : [])]),
    );
    expect(files.size).toBeGreaterThan(0);
    expect([...files].reduce((sum, file) => sum + gzipped(file), 0)).toBeLessThan(20 * 1024);
  });
});
