/** Finds the processes that a program under test has started. */
import { readdir, readFile } from 'node:fs/promises';

/** The ids of the living children of `parent` whose command line contains `program`. */
export async function childrenOf(parent: number | undefined, program: string): Promise<number[]> {
  const found: number[] = [];
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const [command, status] = await Promise.all(
      ['cmdline', 'stat'].map((file) => readFile(`/proc/${entry}/${file}`, 'utf8').catch(() => '')),
    );
    const own = /\) \S (\d+)/.exec(status ?? '')?.[1];
    if (command?.includes(program) && Number(own) === parent) found.push(Number(entry));
  }
  return found;
}
