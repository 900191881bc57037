/** The rules of .gitignore files, as git applies them: those of a deeper folder decide first. */
import { readFile, stat } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import ignore, { type Ignore } from 'ignore';

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
      const text = await readFile(join(folder, '.gitignore'), 'utf8').catch(() => undefined);
      return text === undefined
        ? rulesOf(levels)
        : rulesOf([...levels, { folder, rules: ignore().add(text.slice(0, MAX_RULES)) }]);
    },
  };
}

/** Characters of one .gitignore. */
const MAX_RULES = 1024 * 1024;

const exists = (path: string) =>
  stat(path).then(
    () => true,
    () => false,
  );
