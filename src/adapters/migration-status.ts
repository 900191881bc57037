/** Applied and pending migrations of a database. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

export interface MigrationStatus {
  readonly applied: readonly string[];
  readonly pending: readonly string[];
}

const journalSchema = z.object({ entries: z.array(z.object({ tag: z.string(), when: z.number() })) });

async function readJournal(folder: string) {
  return journalSchema.parse(JSON.parse(await readFile(join(folder, 'meta', '_journal.json'), 'utf8'))).entries;
}

/** `last`: the journal's time of the newest applied migration; 0 if none is applied. */
export async function migrationStatus(folder: string, last: number): Promise<MigrationStatus> {
  const entries = await readJournal(folder);
  const names = (keep: (when: number) => boolean) => entries.filter(({ when }) => keep(when)).map(({ tag }) => tag);
  return { applied: names((when) => when <= last), pending: names((when) => when > last) };
}

/** The names of migrations by their times in the journal. */
export async function migrationNames(folder: string): Promise<Map<number, string>> {
  return new Map((await readJournal(folder)).map(({ when, tag }) => [when, tag]));
}
