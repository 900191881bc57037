/** What a process and those that it started have cost, as Linux counts it. By default it is this one. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

/** Undefined for a process that has ended meanwhile. */
function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

/** The process and all below it. */
export function tree(pid: number): number[] {
  const tasks = attempt(() => readdirSync(`/proc/${pid}/task`)) ?? [];
  const children = tasks.flatMap(
    (task) => attempt(() => readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8'))?.split(' ') ?? [],
  );
  return [pid, ...children.filter((child) => child.trim() !== '').flatMap((child) => tree(Number(child)))];
}

/** A tick of the kernel's clock is 10 ms on every common machine. */
const TICK_MS = 10;

/** Milliseconds of processor time of some processes, with that of threads and processes of theirs that have ended. */
export function processorMs(pids: readonly number[] = tree(process.pid)): number {
  const ticks = pids.flatMap((pid) => {
    const stat = attempt(() => readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? '';
    // utime, stime, and those of children that were waited for; the name of the program may contain spaces.
    return stat.slice(stat.lastIndexOf(')')).split(' ').slice(12, 16).map(Number);
  });
  return TICK_MS * ticks.reduce((sum, count) => sum + count, 0);
}

/** Milliseconds of processor time that a process's threads of a name have taken, finer than a tick. */
export function threadMs(pid: number, name: string): number {
  const own = (task: string, file: string) => attempt(() => readFileSync(`/proc/${pid}/task/${task}/${file}`, 'utf8')) ?? '';
  const tasks = attempt(() => readdirSync(`/proc/${pid}/task`)) ?? [];
  return tasks
    .filter((task) => own(task, 'comm').trim() === name)
    .reduce((sum, task) => sum + Number(own(task, 'schedstat').split(' ')[0]) / 1e6, 0);
}

/** MB of memory: what several processes share counts in parts. */
export const proportionalMb = (pids: readonly number[]): number =>
  pids
    .map((pid) => /^Pss:\s+(\d+)/m.exec(attempt(() => readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')) ?? ''))
    .reduce((sum, found) => sum + Number(found?.[1] ?? 0) / 1024, 0);

const megabytes = (field: string) =>
  tree(process.pid)
    .map((pid) => new RegExp(`${field}:\\s+(\\d+)`).exec(attempt(() => readFileSync(`/proc/${pid}/status`, 'utf8')) ?? ''))
    .reduce((sum, found) => sum + Number(found?.[1] ?? 0) / 1024, 0);

/** MB of resident memory. */
export const residentMb = () => megabytes('VmRSS');
/** The most since the last `forgetPeak`; where there are several processes, the sum of what each had at most. */
export const peakMb = () => megabytes('VmHWM');
export function forgetPeak(): void {
  for (const pid of tree(process.pid)) attempt(() => writeFileSync(`/proc/${pid}/clear_refs`, '5'));
}
