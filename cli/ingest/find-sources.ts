/** From the words after `pharos ingest` to files and addresses, and how many files were left out and why. */
import type { Dirent } from 'node:fs';
import { glob, lstat, opendir, realpath } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import { UsageError } from '../command.ts';
import { type IgnoreRules, ignoreRulesFor } from './ignore-rules.ts';
import { isSecretName } from './secret-files.ts';

export type Source =
  | { readonly kind: 'url'; readonly url: string }
  | { readonly kind: 'input' }
  /** `root`: the folder that the file was found under, which it must still lie in when it is read. Absent for a named file. */
  | { readonly kind: 'file'; readonly path: string; readonly name: string; readonly root?: string }
  /** A folder that cannot be read. */
  | { readonly kind: 'unreadable'; readonly name: string; readonly reason: string };

export const SKIPPED = ['hidden', 'secret', 'ignored', 'link', 'special'] as const;
export type Skipped = Record<(typeof SKIPPED)[number], number>;

export interface Found {
  readonly sources: Source[];
  readonly skipped: Skipped;
}

/** A folder with more is most likely not what was meant. */
const MAX_FILES = 100_000;

/** Throws UsageError for a word that names nothing. */
export async function findSources(words: readonly string[]): Promise<Found> {
  const found: Found = { sources: [], skipped: { hidden: 0, secret: 0, ignored: 0, link: 0, special: 0 } };
  for (const word of words) await addWord(found, word);
  const seen = new Set<string>();
  const sources = found.sources.filter((source) => {
    const key = keyOf(source);
    return !seen.has(key) && seen.add(key);
  });
  return { ...found, sources };
}

function keyOf(source: Source): string {
  if (source.kind === 'file') return resolve(source.path);
  return source.kind === 'url' ? source.url : source.kind === 'input' ? '-' : `unreadable ${source.name}`;
}

async function addWord(found: Found, word: string): Promise<void> {
  if (word === '-') return add(found, { kind: 'input' });
  if (/^https?:\/\//i.test(word)) return add(found, { kind: 'url', url: word });
  const path = resolve(word);
  const stats = await lstat(path).catch(() => undefined);
  if (!stats) return addPattern(found, word);
  // A link that is named is followed, because it was meant.
  const real = stats.isSymbolicLink() ? await realpath(path) : path;
  const target = stats.isSymbolicLink() ? await lstat(real) : stats;
  if (target.isFile()) return add(found, { kind: 'file', path: real, name: word });
  if (!target.isDirectory()) throw new UsageError(`${word} is neither a file nor a folder`);
  await walk(found, { folder: real, root: real, name: word.replace(/[/\\]$/, ''), rules: await ignoreRulesFor(real) });
}

/** A pattern that the shell did not expand. What it matches is treated as if it had been found in the folder that it begins with. */
async function addPattern(found: Found, word: string): Promise<void> {
  if (!MAGIC.test(word)) throw new UsageError(`There is no file or folder ${word}`);
  const { named, pattern } = parted(word);
  const root = await realpath(named).catch(() => undefined);
  if (root === undefined) throw new UsageError(`There is no file that matches ${word}`);
  const rulesIn = await folderRules(root);
  let matches = 0;
  for await (const match of glob(pattern, { cwd: root })) {
    matches += 1;
    const path = resolve(root, match);
    const stats = await lstat(path).catch(() => undefined);
    if (stats?.isDirectory()) continue;
    const parts = match.split(sep);
    if (parts.includes('..')) throw new UsageError(`${word} leads out of ${named}: name each folder by itself`);
    if (stats?.isSymbolicLink() || (stats?.isFile() && !isWithin(root, await realpath(path)))) found.skipped.link += 1;
    else if (!stats?.isFile()) found.skipped.special += 1;
    else if (isSecretName(parts.at(-1) ?? '')) found.skipped.secret += 1;
    else if (parts.some((part) => part.startsWith('.') && part !== '.')) found.skipped.hidden += 1;
    else if ((await rulesIn(dirname(path)))?.isIgnored(path, false) !== false) found.skipped.ignored += 1;
    else add(found, { kind: 'file', path, name: join(named, match), root });
  }
  if (matches === 0) throw new UsageError(`There is no file that matches ${word}`);
}

const MAGIC = /[*?[{]/;

/** The folder before the first part with a wildcard, which is named as a folder alone would be, and the rest. */
function parted(word: string): { named: string; pattern: string } {
  const parts = word.split('/');
  const first = parts.findIndex((part) => MAGIC.test(part));
  const before = parts.slice(0, first).join('/');
  return { named: before || (first > 0 ? '/' : '.'), pattern: parts.slice(first).join('/') };
}

const isWithin = (root: string, path: string) => path.startsWith(root.endsWith(sep) ? root : root + sep);

/** The rules inside a folder below `root`; undefined for one that is ignored itself, whose own rules git does not read. */
async function folderRules(root: string): Promise<(folder: string) => Promise<IgnoreRules | undefined>> {
  const known = new Map<string, IgnoreRules | undefined>([[root, await ignoreRulesFor(root)]]);
  return async function rulesIn(folder: string): Promise<IgnoreRules | undefined> {
    if (known.has(folder)) return known.get(folder);
    const above = await rulesIn(dirname(folder));
    const rules = above?.isIgnored(folder, true) === false ? await above.inside(folder) : undefined;
    known.set(folder, rules);
    return rules;
  };
}

interface Place {
  readonly folder: string;
  readonly root: string;
  /** As it is shown. */
  readonly name: string;
  readonly rules: IgnoreRules;
}

async function walk(found: Found, { folder, root, name, rules }: Place): Promise<void> {
  const entries: Dirent[] = [];
  try {
    for await (const entry of await opendir(folder)) entries.push(entry);
  } catch (error) {
    // One of many folders: the others are sent, and the table says why this one was not.
    return add(found, { kind: 'unreadable', name, reason: error instanceof Error ? error.message : String(error) });
  }
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    const shown = join(name, entry.name);
    // Links are not followed: one could lead out of the folder, and what one inside leads to is found anyway.
    if (entry.isSymbolicLink()) found.skipped.link += 1;
    else if (!entry.isDirectory() && !entry.isFile()) found.skipped.special += 1;
    else if (entry.isFile() && isSecretName(entry.name)) found.skipped.secret += 1;
    else if (entry.name.startsWith('.')) found.skipped.hidden += 1;
    else if (rules.isIgnored(path, entry.isDirectory())) found.skipped.ignored += 1;
    else if (entry.isFile()) add(found, { kind: 'file', path, name: shown, root });
    else await walk(found, { folder: path, root, name: shown, rules: await rules.inside(path) });
  }
}

function add(found: Found, source: Source): void {
  if (found.sources.length >= MAX_FILES) throw new UsageError(`More than ${MAX_FILES} files: send a smaller folder`);
  found.sources.push(source);
}
