/** The lock of processes that share a login. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, test, vi } from 'vitest';
import { removalOf, withFileLock } from '../../cli/client/lock.ts';

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pharos-lock-'));
  file = join(folder, 'logins.lock');
  return () => rm(folder, { recursive: true, force: true });
});

const NEVER = 3_600_000;

/** A process that has ended. */
async function deadProcess(): Promise<number> {
  const child = spawn(process.execPath, ['--eval', ''], { stdio: 'ignore' });
  await once(child, 'exit');
  return child.pid as number;
}

test('lock: that of a process which was killed is taken over, however young it is', async () => {
  await writeFile(file, `${await deadProcess()} ${hostname()} 00\n`);
  const times = { staleMs: NEVER, renewMs: NEVER, pollMs: 1 };
  expect(await withFileLock(file, async () => 'mine', times)).toBe('mine');
  expect(await readdir(folder)).toEqual([]);
});

test('lock: that of a process of another machine is taken over when it is no longer renewed', async () => {
  await writeFile(file, `${await deadProcess()} elsewhere.${hostname()} 00\n`);
  const times = { staleMs: NEVER, renewMs: NEVER, pollMs: 1 };
  let entered = false;
  const waiting = withFileLock(
    file,
    async () => {
      entered = true;
    },
    times,
  );
  for (let turn = 0; turn < 20; turn += 1) await stat(file);
  expect(entered).toBe(false);
  await utimes(file, 1, 1);
  await waiting;
  expect(entered).toBe(true);
});

test('lock: of many that find the lock of a dead process, one at a time works', async () => {
  for (let round = 0; round < 40; round += 1) {
    await writeFile(file, 'left behind');
    await utimes(file, 1, 1);
    let inside = 0;
    let most = 0;
    const work = async () => {
      inside += 1;
      most = Math.max(most, inside);
      for (let turn = 0; turn < 3; turn += 1) await stat(file).catch(() => undefined);
      inside -= 1;
    };
    await Promise.all(Array.from({ length: 8 }, () => withFileLock(file, work, { staleMs: 60_000, renewMs: NEVER, pollMs: 1 })));
    expect(most).toBe(1);
  }
});

test('lock: the removal that a process began before it died holds up no other', async () => {
  const left = `${await deadProcess()} ${hostname()} 00\n`;
  await writeFile(file, left);
  const removal = removalOf(file, { holder: left, mtimeMs: (await stat(file)).mtimeMs });
  await writeFile(removal, left);
  await utimes(removal, 1, 1);
  expect(await withFileLock(file, async () => 'mine', { staleMs: 60_000, renewMs: NEVER, pollMs: 1 })).toBe('mine');
  expect(await readdir(folder)).toEqual([]);
});

test('lock: is renewed while it is held, and left alone where another process has it by now', async () => {
  await withFileLock(
    file,
    async () => {
      await utimes(file, 1, 1);
      await vi.waitFor(async () => expect((await stat(file)).mtimeMs).toBeGreaterThan(1_000), { timeout: 60_000, interval: 20 });
      await rm(file);
      await writeFile(file, 'of another');
    },
    { staleMs: NEVER, renewMs: 5, pollMs: 1 },
  );
  expect(await readFile(file, 'utf8')).toBe('of another');
});
