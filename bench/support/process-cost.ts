/** What this process and those that it started have cost, as Linux counts it. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

/** Undefined for a process that has ended meanwhile. */
function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

function tree(pid: number): number[] {
  const tasks = attempt(() => readdirSync(`/proc/${pid}/task`)) ?? [];
  const children = tasks.flatMap(
    (task) => attempt(() => readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8'))?.split(' ') ?? [],
  );
  return [pid, ...children.filter((child) => child.trim() !== '').flatMap((child) => tree(Number(child)))];
}

/** Milliseconds of processor time of all threads that live. */
export function processorMs(): number {
  const ofThread = (path: string) => Number(attempt(() => readFileSync(`${path}/schedstat`, 'utf8'))?.split(' ')[0] ?? 0) / 1e6;
  return tree(process.pid)
    .flatMap((pid) => attempt(() => readdirSync(`/proc/${pid}/task`))?.map((task) => ofThread(`/proc/${pid}/task/${task}`)) ?? [])
    .reduce((sum, ms) => sum + ms, 0);
}

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
