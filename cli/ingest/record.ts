/** Which files this machine sent to a server, by digest, so that a repeated `pharos ingest` sends only what is new. */
import { createHash } from 'node:crypto';
import { appendFile, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Client } from '../../clients/typescript/src/index.ts';

export interface SentRecord {
  /** The document of a file that was sent, where the server still has it and could read it. */
  idOf(digest: string): Promise<string | undefined>;
  add(digest: string, id: string): Promise<void>;
}

/** `origin` of the server: each has a record of its own. */
export async function openRecord(folder: string, origin: string, pharos: Client): Promise<SentRecord> {
  const file = join(folder, 'sent', `${createHash('sha256').update(origin).digest('hex').slice(0, 16)}.txt`);
  const ids = new Map<string, string>();
  const text = await readFile(file, 'utf8').catch(() => '');
  for (const line of text.split('\n')) {
    const [, digest, id] = /^([\da-f]{64}) (\S{1,100})$/.exec(line) ?? [];
    if (digest !== undefined && id !== undefined) ids.set(digest, id);
  }
  let present: Promise<ReadonlySet<string>> | undefined;
  return {
    idOf: async (digest) => {
      const id = ids.get(digest);
      if (id === undefined) return undefined;
      // Listed once: a document may have been deleted, and another account may be logged in.
      present ??= idsOf(pharos);
      return (await present).has(id) ? id : undefined;
    },
    add: async (digest, id) => {
      if (ids.get(digest) === id) return;
      ids.set(digest, id);
      await mkdir(join(folder, 'sent'), { recursive: true, mode: 0o700 });
      await appendFile(file, `${digest} ${id}\n`, { mode: 0o600 });
    },
  };
}

async function idsOf(pharos: Client): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  // One that failed is processed again when it is sent again.
  for await (const { id, status } of pharos.resources({ limit: 100 })) if (status !== 'failed') found.add(id);
  return found;
}
