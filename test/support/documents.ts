/** Users, resources and vectors written straight into a test database, and stages run the way the pipeline runs them. */
import { hash } from 'node:crypto';
import { putSource } from '../../src/kernel/db/resource-sources.ts';
import { replaceResourceVector } from '../../src/kernel/db/resource-vectors.ts';
import { findResourceOfJob, insertResource, type NewResource } from '../../src/kernel/db/resources.ts';
import { users } from '../../src/kernel/db/schema.sqlite.ts';
import type { Database, Resource } from '../../src/kernel/db/types.ts';
import type { StageRunner } from '../../worker-node/stage.ts';
import { randomIds } from './doubles.ts';

const NOW = Date.UTC(2026, 0, 1);

/** The new user's id. */
export async function insertUser(db: Database, name: string = randomIds.next()): Promise<string> {
  const id = randomIds.next();
  const email = `${name}@example.org`;
  await db.insert(users).values({
    ...{ id, username: name, usernameKey: name, email, emailKey: email, passwordHash: null, tier: 'free', active: true },
    ...{ emailVerifiedAt: null, createdAt: NOW, updatedAt: NOW },
  });
  return id;
}

/** A resource as `POST /resources` leaves it, with `fields` on top; `content` is kept as its source. */
export async function insertDocument(
  db: Database,
  ownerId: string,
  { content, ...fields }: Partial<NewResource> & { content?: string | Uint8Array } = {},
): Promise<Resource> {
  const id = fields.id ?? randomIds.next();
  const body = content === undefined ? undefined : Buffer.from(content);
  await insertResource(db, {
    ...{ id, ownerId, sourceKey: `test:${id}`, tags: [], metadata: {}, edited: [], status: 'pending', run: 1 },
    ...{ authors: [], keywords: [], categories: [], createdAt: NOW, updatedAt: NOW },
    ...(body ? { contentHash: hash('sha256', body, 'hex') } : {}),
    ...fields,
  });
  if (body) {
    const contentType = fields.contentType ?? 'text/plain';
    await putSource(db, { resourceId: id, contentType, filename: null, body, fetchedUrl: null, createdAt: NOW });
  }
  return reread(db, id);
}

export async function reread(db: Database, id: string): Promise<Resource> {
  const found = await findResourceOfJob(db, id);
  if (!found) throw new Error(`no resource ${id}`);
  return found;
}

export async function insertVector(
  db: Database,
  { id, ownerId }: Resource,
  model: string,
  values: readonly number[],
): Promise<void> {
  const norm = Math.hypot(...values);
  const embedding = Float32Array.from(values, (value) => value / norm);
  await replaceResourceVector(db, { resourceId: id, ownerId, model, embedding });
}

/** Runs a stage on the resource as it stands now and commits it; the resource afterwards. */
export async function runStage(
  db: Database,
  stage: StageRunner,
  id: string,
  signal = new AbortController().signal,
): Promise<Resource> {
  const commit = await stage({ resource: await reread(db, id), signal, report: () => undefined });
  await db.transaction((tx) => commit(tx));
  return reread(db, id);
}
