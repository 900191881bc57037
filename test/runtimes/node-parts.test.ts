import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DrizzleQueryError } from 'drizzle-orm';
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { createAssets } from '../../src/adapters/assets.ts';
import { createBackground } from '../../src/adapters/background.ts';
import { startInterval } from '../../src/adapters/interval.ts';
import { freePort, listen } from '../../src/adapters/listen.ts';
import { createLog } from '../../src/adapters/log.ts';
import { startWorkerProcess } from '../../src/runtimes/node/worker-process.ts';
import { memoryLog } from '../support/fakes/doubles.ts';

test('assets: every listed file exists, with a content type and a stable ETag', async () => {
  const asset = createAssets();
  for (const name of ['index.html', 'style.css', 'favicon.svg', 'authorize.js']) {
    const file = await asset(name);
    expect(file?.body.byteLength, name).toBeGreaterThan(100);
    expect(file?.etag).toBe((await createAssets()(name))?.etag);
  }
});

test('assets: no spelling of a path reaches an unlisted file', async () => {
  const asset = createAssets();
  const parts = fc.constantFrom(
    '..',
    '.',
    '',
    'docs',
    'style.css',
    'package.json',
    '%2e%2e',
    '\\',
    '\0',
    'console',
    '__proto__',
    'etc',
    'passwd',
  );
  await fc.assert(
    fc.asyncProperty(fc.array(parts, { maxLength: 6 }), async (segments) => {
      const name = segments.join('/');
      fc.pre(name !== 'style.css');
      expect(await asset(name)).toBeUndefined();
    }),
  );
});

test('assets: the page has no inline script or style and loads nothing from other origins', async () => {
  const html = Buffer.from((await createAssets()('index.html'))?.body ?? []).toString();
  expect(html).not.toMatch(/<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=|(?:src|href)="(?:https?:)?\/\//);
});

test('background: drain waits for work and the work it begins, and a failure is logged', async () => {
  const log = memoryLog();
  const background = createBackground({ log });
  const done: string[] = [];
  background.run('first', async () => {
    await Promise.resolve();
    background.run('second', async () => done.push('second'));
  });
  background.run('broken', () => {
    throw new Error('on purpose');
  });
  expect(await background.drain(5000)).toBe(0);
  expect(done).toEqual(['second']);
  expect(log.lines.map(({ fields }) => fields.work)).toEqual(['broken']);
});

test('background: drain returns the number of pieces that did not end', async () => {
  const background = createBackground({ log: memoryLog() });
  background.run('endless', () => new Promise(() => {}));
  expect(await background.drain(1)).toBe(1);
});

test('interval: runs do not overlap, continue after a failure, and stop waits for the last one', async () => {
  vi.useFakeTimers();
  let running = 0;
  let runs = 0;
  const repeated = startInterval(10, async () => {
    running += 1;
    runs += 1;
    expect(running).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 35));
    running -= 1;
    if (runs === 1) throw new Error('on purpose');
  });
  await vi.advanceTimersByTimeAsync(10 + 35 + 10 + 35 + 10);
  expect(runs).toBe(3);
  const stopped = repeated.stop();
  await vi.advanceTimersByTimeAsync(100);
  await stopped;
  expect([running, runs]).toEqual([0, 3]);
  vi.useRealTimers();
});

test('log: a failed query is written without its parameters', () => {
  const lines: string[] = [];
  const log = createLog({ level: 'info', write: (line) => lines.push(line) });
  log.error('request failed', { error: new DrizzleQueryError('insert into users', ['ada@example.org'], new Error('disk full')) });
  expect(lines.join()).toContain('insert into users');
  expect(lines.join()).toContain('disk full');
  expect(lines.join()).not.toContain('ada@example.org');
});

test('listen: a port in use and an unknown address are refused with the setting to change', async () => {
  const port = await freePort('127.0.0.1');
  const first = createServer();
  await listen(first, { port, host: '127.0.0.1' });
  await expect(listen(createServer(), { port, host: '127.0.0.1' })).rejects.toThrow(`PORT: ${port} on 127.0.0.1 is in use`);
  await expect(listen(createServer(), { port: 0, host: '192.0.2.1' })).rejects.toThrow(
    'HOST: 192.0.2.1 is not an address of this machine',
  );
  first.close();
});

/** A worker program that runs `body`, in which `note(text)` appends a line to a file. */
async function fakeWorker(body: string) {
  const folder = await mkdtemp(join(tmpdir(), 'pharos-worker-'));
  const [main, notes] = [join(folder, 'main.mjs'), join(folder, 'notes')];
  await writeFile(notes, '');
  await writeFile(
    main,
    `import { appendFileSync } from 'node:fs';\nconst note = (text) => appendFileSync(${JSON.stringify(notes)}, text + '\\n');\n${body}`,
  );
  const lines = async () => (await readFile(notes, 'utf8')).split('\n').filter(Boolean);
  const noted = (count: number) =>
    vi.waitFor(async () => expect((await lines()).length).toBeGreaterThanOrEqual(count), { timeout: 60_000, interval: 20 });
  return { main, lines, noted };
}

test('worker process: a worker that exits is restarted, and the exit is logged with the pause before the restart', async () => {
  const { main, noted } = await fakeWorker(`note('up'); process.exit(3);`);
  const log = memoryLog();
  const worker = startWorkerProcess({ env: process.env, log, main, backoffSeconds: [0, 0.01] });
  await noted(3);
  await worker.stop(5000);
  expect(log.lines.slice(0, 2).map(({ fields }) => [fields.exitCode, fields.restartInSeconds])).toEqual([
    [3, 0],
    [3, 0.01],
  ]);
});

test('worker process: stop sends SIGTERM, waits for the exit and does not restart', async () => {
  const { main, lines, noted } = await fakeWorker(
    `process.on('SIGTERM', () => setTimeout(() => { note('finished'); process.exit(0); }, 50)); setInterval(() => {}, 1000); note('up');`,
  );
  const worker = startWorkerProcess({ env: process.env, log: memoryLog(), main, backoffSeconds: [0] });
  await noted(1);
  await worker.stop(20_000);
  expect(await lines()).toEqual(['up', 'finished']);
});

test('worker process: a worker that ignores SIGTERM is killed after the deadline', async () => {
  const { main, noted } = await fakeWorker(`process.on('SIGTERM', () => {}); setInterval(() => {}, 1000); note('up');`);
  const log = memoryLog();
  const worker = startWorkerProcess({ env: process.env, log, main });
  await noted(1);
  await worker.stop(20);
  expect(log.lines.map(({ level }) => level)).toEqual(['warning']);
});
