/** What `pharos ingest` finds for the words after it, on a real file system. */
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeEach, expect, test } from 'vitest';
import { findSources } from '../../cli/ingest/find-sources.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pharos-sources-'));
  return () => rm(folder, { recursive: true, force: true });
});

const write = async (path: string, content = 'x') => {
  await mkdir(join(folder, path, '..'), { recursive: true });
  await writeFile(join(folder, path), content);
};

/** Names below the folder, of what would be sent. */
async function found(...words: string[]): Promise<string[]> {
  const { sources } = await findSources(words);
  return sources.map((source) => ('name' in source ? source.name.replace(`${folder}/`, '') : source.kind)).toSorted();
}

test('ingest: a pattern leaves out what the .gitignore of each folder on the way names', async () => {
  await write('docs/.gitignore', 'plan.md\nprivate/\n');
  await write('docs/private/.gitignore', '!*.md\n');
  for (const name of ['open.md', 'plan.md', 'private/a.md', 'public/b.md']) await write(`docs/${name}`);
  expect(await found(join(folder, 'docs/**/*.md'))).toEqual(['docs/open.md', 'docs/public/b.md']);
  expect(await found(join(folder, '*/**/*.md'))).toEqual(['docs/open.md', 'docs/public/b.md']);
  expect(await found(join(folder, 'docs'))).toEqual(['docs/open.md', 'docs/public/b.md']);
});

test('ingest: a pattern may name any folder before its first wildcard, and lead nowhere else', async () => {
  await write('other/a.md');
  await write('here/b.md');
  await write('.notes/c.md');
  await symlink(join(folder, 'other'), join(folder, 'here/link'));
  await symlink(join(folder, 'other/a.md'), join(folder, 'here/d.md'));
  expect(await found(`${folder}/here/../other/*.md`)).toEqual(['other/a.md']);
  expect(await found(join(folder, '.notes/*.md'))).toEqual(['.notes/c.md']);
  expect(await found(join(folder, 'here/*.md'), join(folder, 'here/**/*.md'))).toEqual(['here/b.md']);
  expect((await findSources([join(folder, 'here/{d,link/a}.md')])).skipped.link).toBe(2);
  await expect(found(`${folder}/here/{.,..}/../other/*.md`)).rejects.toThrow('leads out of');
  await expect(found(join(folder, 'nothing/*.md'))).rejects.toThrow('no file that matches');
});

test('ingest: a .gitignore that is a pipe, a folder or a link is none, as for git', async () => {
  await write('pipe/a.md');
  await write('folder/b.md');
  await write('folder/.gitignore/rules', '*');
  await write('link/c.md');
  await write('rules', '*.md');
  execFileSync('mkfifo', [join(folder, 'pipe/.gitignore')]);
  await symlink(join(folder, 'rules'), join(folder, 'link/.gitignore'));
  expect(await found(folder)).toEqual(['folder/b.md', 'link/c.md', 'pipe/a.md', 'rules']);
});

test('ingest: a .gitignore that is too large to be read as a whole is an error, as its rules are not known', async () => {
  await write('a.md');
  await write('.gitignore', `${'#'.repeat(1024 * 1024)}\na.md\n`);
  await expect(found(folder)).rejects.toThrow('.gitignore is larger than 1 MB');
});

test('ingest: a folder that cannot be read does not stop the others, and is told', async () => {
  await write('notes/a.md');
  await write('notes/z/b.md');
  // Its path is longer than the system takes.
  const long = (levels: number) => Array.from({ length: levels }, () => 'd'.repeat(200)).join('/');
  await mkdir(join(folder, 'notes', long(12)), { recursive: true });
  await mkdir(join(folder, 'aside', long(12)), { recursive: true });
  const moved = join(folder, 'notes', long(12), 'aside');
  await rename(join(folder, 'aside'), moved);
  try {
    const { sources } = await findSources([join(folder, 'notes')]);
    expect(sources.map(({ kind }) => kind)).toEqual(['file', 'unreadable', 'file']);
    expect(sources[1]).toMatchObject({ reason: expect.stringContaining('ENAMETOOLONG') });
  } finally {
    await rename(moved, join(folder, 'aside'));
  }
});

test('property: of a repository, what git would track is found, whatever its .gitignore files say', async () => {
  const names = ['a.md', 'A.md', 'b.txt', 'build', 'deep/a.md', 'deep/Build/c.md', 'deep/deeper/b.txt', 'build.d/a.md'];
  const rule = fc.constantFrom(
    ...['a.md', '/a.md', '!a.md', '*.md', '!*.md', 'build', 'build/', '!build', 'Build/', 'deep/', 'deep/*', '!deep/deeper/'],
    ...['**/b.txt', 'deep/**', '\\!a.md', '# a.md', '', '[ab].*', 'build*', '!/deep/a.md', 'deep/a.md', '*/deeper', '\uFEFFa.md'],
  );
  const rules = fc.array(rule, { maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(rules, rules, async (top, deep) => {
      const root = await mkdtemp(join(folder, 'repository-'));
      const git = (...args: string[]) =>
        execFileSync('git', ['-c', 'core.excludesFile=/dev/null', ...args], { cwd: root, encoding: 'utf8', stdio: 'pipe' });
      git('init', '-q');
      for (const name of names) {
        await mkdir(join(root, name, '..'), { recursive: true });
        await writeFile(join(root, name), 'x');
      }
      await writeFile(join(root, '.gitignore'), top.join('\n'));
      await writeFile(join(root, 'deep/.gitignore'), deep.join('\n'));
      const tracked = git('ls-files', '--others', '--exclude-standard', '-z')
        .split('\0')
        .filter((name) => name !== '' && !/(^|\/)\./.test(name));
      const { sources } = await findSources([root]);
      expect(sources.map((source) => ('name' in source ? source.name.slice(root.length + 1) : ''))).toEqual(tracked.toSorted());
    }),
    { numRuns: 40 },
  );
});
