/** The rules of .gitignore files, as git applies them: those of a deeper folder decide first. */
import { constants } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import process from 'node:process';
import ignore, { type Ignore } from 'ignore';
import { UsageError } from '../command.ts';

export interface IgnoreRules {
  /** Absolute path. */
  isIgnored(path: string, isFolder: boolean): boolean;
  /** The rules inside `folder`, which may have a .gitignore of its own. */
  inside(folder: string): Promise<IgnoreRules>;
}

interface Level {
  readonly folder: string;
  readonly rules: Ignore;
}

/** The rules for `root`, including those of the repository that it lies in. */
export async function ignoreRulesFor(root: string): Promise<IgnoreRules> {
  const above: string[] = [];
  let isRepository = false;
  for (let folder = root; ; folder = dirname(folder)) {
    above.unshift(folder);
    isRepository = await exists(join(folder, '.git'));
    if (isRepository || folder === dirname(folder)) break;
  }
  let rules = rulesOf([]);
  // Outside of a repository git has no rules; the .gitignore of the folder itself is meant all the same.
  for (const folder of isRepository ? above : [root]) rules = await rules.inside(folder);
  return rules;
}

function rulesOf(levels: readonly Level[]): IgnoreRules {
  return {
    isIgnored: (path, isFolder) => {
      for (const { folder, rules } of levels.toReversed()) {
        const { ignored, unignored } = rules.test(relative(folder, path).split(sep).join('/') + (isFolder ? '/' : ''));
        if (ignored || unignored) return ignored;
      }
      return false;
    },
    inside: async (folder) => {
      const text = await readRules(join(folder, '.gitignore'));
      return text === undefined ? rulesOf(levels) : rulesOf([...levels, { folder, rules: ignore(OPTIONS).add(text) }]);
    },
  };
}

/** Git compares letters as the file system does; `ignore` would take `Notes` for `notes` everywhere. */
const OPTIONS = { ignorecase: process.platform === 'win32' || process.platform === 'darwin' };

/** Bytes of one .gitignore. */
const MAX_RULES = 1024 * 1024;

/**
 * Undefined where there is none. As git does, it follows no link. It waits for no pipe. Throws UsageError for a file that
 * cannot be read as a whole: what its rules name would be sent.
 */
async function readRules(path: string): Promise<string | undefined> {
  const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;
  let handle: FileHandle;
  try {
    handle = await open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    if (code === 'ENOENT' || code === 'ELOOP' || code === 'ENOTDIR' || code === 'ENAMETOOLONG') return undefined;
    throw new UsageError(`${path} cannot be read, so it is not known what to leave out (${code})`);
  }
  try {
    const stats = await handle.stat();
    if (!stats.isFile()) return undefined;
    if (stats.size > MAX_RULES) throw new UsageError(`${path} is larger than ${MAX_RULES / 1024 / 1024} MB`);
    return (await handle.readFile('utf8')).replace(/^\uFEFF/, '');
  } finally {
    await handle.close();
  }
}

const exists = (path: string) =>
  stat(path).then(
    () => true,
    () => false,
  );
