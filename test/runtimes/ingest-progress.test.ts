/** What `pharos ingest` shows while it sends and while documents are processed. */
import { expect, test } from 'vitest';
import { showProgress } from '../../cli/ingest/show-progress.ts';
import type { Terminal } from '../../cli/terminal.ts';
import type { ResourceProgress } from '../../clients/typescript/src/index.ts';

function shownOn(columns: number | undefined, { total = 3, isQuiet = false } = {}) {
  let screen: string[] = [];
  const notes: string[] = [];
  const terminal = {
    columns,
    rewrite: (...lines: string[]) => {
      screen = lines;
    },
    note: (line: string) => void notes.push(line),
  } as unknown as Terminal;
  return { progress: showProgress(terminal, { total, isQuiet }), screen: () => screen, notes };
}

const at = (resource_id: string, overall_status: ResourceProgress['overall_status'], percent: number, error_message?: string) =>
  ({ resource_id, overall_status, percent, error_message: error_message ?? null }) as ResourceProgress;

test('ingest on a terminal: a total, and a bar for each file under way', () => {
  const { progress, screen, notes } = shownOn(80);
  progress.onPart('a.md', 0.5);
  progress.onPart('b.md', 0.25);
  expect(screen()).toEqual([
    `${'█'.repeat(6)}${'░'.repeat(18)} 0 of 3`,
    `  ${'█'.repeat(5)}${'░'.repeat(5)}  50 %  a.md`,
    `  ${'█'.repeat(3)}${'░'.repeat(7)}  25 %  b.md`,
  ]);
  progress.onDone({ source: 'a.md', result: 'sent', id: '1' });
  progress.onDone({ source: 'c.md', result: 'present', id: '2' });
  expect(screen()[0]).toMatch(/ 2 of 3: 1 sent, 1 present$/);
  expect(screen()).toHaveLength(2);
  progress.onDone({ source: 'b.md', result: 'refused', reason: 'no' });
  expect(screen()).toEqual([`${'█'.repeat(24)} 3 of 3: 1 sent, 1 present, 1 refused`]);
  expect(notes).toEqual([]);
});

test('ingest on a terminal: of a long path the end is shown, which tells files apart', () => {
  const { progress, screen } = shownOn(60);
  progress.onPart(`/home/ada/${'folder/'.repeat(10)}first.md`, 0.1);
  progress.onPart(`/home/ada/${'folder/'.repeat(10)}second.md`, 0.1);
  expect(screen()[1]).toMatch(/ {2}10 % {2}….*\/first\.md$/);
  expect(screen()[2]).toMatch(/ {2}10 % {2}….*\/second\.md$/);
  for (const line of screen()) expect([...line].length).toBeLessThan(60);
});

test('ingest on a terminal: a line is no wider than the window, and no name moves the cursor', () => {
  const { progress, screen } = shownOn(40);
  progress.onPart(`${'long/'.repeat(20)}\u001b[2J.md`, 0.1);
  for (const line of screen()) expect([...line].length).toBeLessThan(40);
  expect(screen().join('')).not.toContain('\u001b');
});

test('ingest on a terminal: documents under way are shown while they are processed', () => {
  const { progress, screen } = shownOn(80);
  const names = new Map(Array.from({ length: 12 }, (_, id) => [String(id), `${id}.md`] as const));
  const all = new Map<string, ResourceProgress>();
  for (const id of names.keys()) {
    const next = at(id, id === '0' ? 'completed' : 'processing', id === '0' ? 100 : 40);
    all.set(id, next);
    progress.onProgress(next, all, names);
  }
  expect(screen()[0]).toMatch(/ processed 1 of 12$/);
  // The total and eight of eleven.
  expect(screen()).toHaveLength(9);
  expect(screen()[1]).toMatch(/ 40 % {2}1\.md$/);
});

test('ingest elsewhere: a line for each file that is done, and for each document that has ended', () => {
  const { progress, screen, notes } = shownOn(undefined, { total: 2 });
  progress.onRead();
  progress.onPart('a.md', 0.5);
  progress.onDone({ source: 'a.md', result: 'sent', id: '1' });
  progress.onDone({ source: 'b.bin', result: 'refused', reason: 'file: is not\ntext' });
  const [names, all] = [new Map([['1', 'a.md']]), new Map<string, ResourceProgress>()];
  for (const next of [at('1', 'processing', 20), at('1', 'failed', 40, 'broken'), at('1', 'failed', 40, 'broken')]) {
    progress.onProgress(next, all.set('1', next), names);
  }
  expect(screen()).toEqual([]);
  expect(notes).toEqual(['[1/2] sent a.md', '[2/2] refused b.bin: file: is not text', '[1/1] failed a.md: broken']);
});

test('ingest --json: shows no progress', () => {
  for (const columns of [80, undefined]) {
    const { progress, screen, notes } = shownOn(columns, { isQuiet: true });
    progress.onPart('a.md', 0.5);
    progress.onDone({ source: 'a.md', result: 'sent', id: '1' });
    expect([screen(), notes]).toEqual([[], []]);
  }
});
