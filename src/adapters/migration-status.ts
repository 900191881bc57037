/** Applied and pending migrations of a database. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

export interface MigrationStatus {
  readonly applied: readonly string[];
  readonly pending: readonly string[];
}

const journalSchema = z.object({ entries: z.array(z.object({ tag: z.string(), when: z.number() })) });

/** `last`: the journal's time of the newest applied migration; 0 if none is applied. */
export async function migrationStatus(folder: string, last: number): Promise<MigrationStatus> {
  const { entries } = journalSchema.parse(JSON.parse(await readFile(join(folder, 'meta', '_journal.json'), 'utf8')));
  const names = (keep: (when: number) => boolean) => entries.filter(({ when }) => keep(when)).map(({ tag }) => tag);
  return { applied: names((when) => when <= last), pending: names((when) => when > last) };
}
