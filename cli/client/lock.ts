/** A lock between processes, as a file that names its holder. Its time of change says that the holder still runs. */
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';

export interface LockTimes {
  /** A lock that was not renewed for as long is that of a process that died, or whose machine is not this one. */
  readonly staleMs: number;
  readonly renewMs: number;
  readonly pollMs: number;
}

/** Far below the 30 seconds in which a server still takes a refresh token that a process used before it died. */
const TIMES: LockTimes = { staleMs: 15_000, renewMs: 3_000, pollMs: 25 };

/** Runs `work` while no other process that names the same file runs theirs. */
export async function withFileLock<T>(file: string, work: () => Promise<T>, times: LockTimes = TIMES): Promise<T> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const holder = `${process.pid} ${hostname()} ${randomBytes(8).toString('hex')}\n`;
  await acquire(file, holder, times);
  const renewal = setInterval(() => {
    const now = new Date();
    utimes(file, now, now).catch(() => undefined);
  }, times.renewMs);
  renewal.unref();
  try {
    return await work();
  } finally {
    clearInterval(renewal);
    // Another's, if this process was stopped for so long that it lost the lock.
    if ((await holderOf(file)) === holder) await rm(file, { force: true });
  }
}

async function acquire(file: string, holder: string, { staleMs, pollMs }: LockTimes): Promise<void> {
  for (;;) {
    if (await create(file, holder)) return;
    const lock = await read(file);
    if (!lock) continue;
    const isLeft = isDead(lock.holder) || isStale(lock, staleMs);
    if (!isLeft || !(await removeLeft(file, lock, staleMs))) await sleep(pollMs);
  }
}

/** False where another has the lock. */
async function create(file: string, holder: string): Promise<boolean> {
  try {
    await writeFile(file, holder, { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

interface Lock {
  /** Empty until its process has written it. */
  readonly holder: string;
  readonly mtimeMs: number;
}

async function read(file: string): Promise<Lock | undefined> {
  const found = await stat(file).catch(() => undefined);
  const holder = await holderOf(file);
  return found && holder !== undefined ? { holder, mtimeMs: found.mtimeMs } : undefined;
}

/**
 * Removes the lock of a dead process, and never one that another has taken since: of several that find it, one at a time looks
 * whether it is still the same one. False where another is at it.
 */
async function removeLeft(file: string, { holder, mtimeMs }: Lock, staleMs: number): Promise<boolean> {
  const removal = removalOf(file, { holder, mtimeMs });
  if (!(await create(removal, holder))) {
    // Its process may have died as well.
    const begun = await read(removal);
    if (begun && isStale(begun, staleMs)) await rm(removal, { force: true });
    return false;
  }
  try {
    const present = await read(file);
    if (present?.holder === holder && present.mtimeMs === mtimeMs) await rm(file, { force: true });
    return true;
  } finally {
    await rm(removal, { force: true });
  }
}

/** The file of the process that removes this lock. */
export const removalOf = (file: string, { holder, mtimeMs }: Lock): string =>
  `${file}.${createHash('sha256').update(`${holder} ${mtimeMs}`).digest('hex').slice(0, 16)}`;

const isStale = ({ mtimeMs }: Lock, staleMs: number) => Date.now() - mtimeMs > staleMs;

const holderOf = (file: string) => readFile(file, 'utf8').catch(() => undefined);

/** Whether the holder ran on this machine, and runs no more. */
function isDead(holder: string): boolean {
  const [, pid, host] = /^(\d{1,10}) (\S+) /.exec(holder) ?? [];
  if (pid === undefined || host !== hostname()) return false;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return codeOf(error) === 'ESRCH';
  }
}

const codeOf = (error: unknown) => (error instanceof Error && 'code' in error ? error.code : undefined);
