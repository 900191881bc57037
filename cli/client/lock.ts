/** A lock between processes, as a file that names its holder. Its time of change says that the holder still runs. */
import { createHash, randomBytes } from 'node:crypto';
import { link, mkdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
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
    const present = await holderOf(file);
    const held = await stat(file).catch(() => undefined);
    if (present === undefined || !held) continue;
    const isLeft = isDead(present) || isStale(held, staleMs);
    if (!isLeft || !(await removeLockOf(file, present, staleMs))) await sleep(pollMs);
  }
}

/** False where another has the lock. No process sees a lock without its holder. */
async function create(file: string, holder: string): Promise<boolean> {
  const whole = `${file}.${randomBytes(6).toString('hex')}`;
  try {
    await writeFile(whole, holder, { flag: 'wx', mode: 0o600 });
    await link(whole, file);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(whole, { force: true });
  }
}

/**
 * Of several processes that find the lock of a dead one, none removes the lock that another has taken since: one at a time
 * removes that of this holder, and looks whether it is still there. False where another is at it.
 */
async function removeLockOf(file: string, holder: string, staleMs: number): Promise<boolean> {
  const removal = `${file}.${createHash('sha256').update(holder).digest('hex').slice(0, 16)}`;
  if (!(await create(removal, holder))) {
    // That of a process which died within its removal.
    const begun = await stat(removal).catch(() => undefined);
    if (begun && isStale(begun, staleMs)) await rm(removal, { force: true });
    return false;
  }
  try {
    if ((await holderOf(file)) === holder) await rm(file, { force: true });
    return true;
  } finally {
    await rm(removal, { force: true });
  }
}

const isStale = ({ mtimeMs }: { readonly mtimeMs: number }, staleMs: number) => Date.now() - mtimeMs > staleMs;

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
