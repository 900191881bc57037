/** What a document costs the database, counted where the statements leave the worker: on SQLite each is a message to a thread. */
import type { Client, Transaction, TransactionMode } from '@libsql/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { wrapClient, wrapTransaction } from '../../src/adapters/libsql-client.ts';
import { isRead } from '../../src/adapters/sqlite.ts';
import { findJob } from '../../src/kernel/db/jobs.ts';
import { openSqlite } from '../../src/kernel/db/open-sqlite.ts';
import { putSource } from '../../src/kernel/db/resource-sources.ts';
import { createDocumentReader } from '../../worker-node/ingest/document-reader.ts';
import { createProcessJob } from '../../worker-node/jobs/process.ts';
import { createJobHandler } from '../../worker-node/pipeline/job-handler.ts';
import { createPipeline } from '../../worker-node/pipeline/pipeline.ts';
import { createStageRunners } from '../../worker-node/stages/registry.ts';
import { randomIds as ids, manualClock, memoryLog } from '../support/fakes/doubles.ts';
import { oneEmbedder } from '../support/fakes/models.ts';
import { testConfig } from '../support/kits/config.ts';
import { openTestSqlite } from '../support/kits/database.ts';
import { seedJob, seedOwner, stagesOf } from '../support/kits/jobs.ts';
import { LEASE_MS } from '../support/kits/pipeline.ts';

/** Of a text without links, in a library of more than a few documents. */
const MOST_STATEMENTS = 38;
const MOST_WRITES = 4;

/** `client`, whose statements are recorded, BEGIN and COMMIT included. */
function recorded(client: Client) {
  const statements: string[] = [];
  const note = (sql: string) => void statements.push(sql);
  const transaction = (tx: Transaction) =>
    wrapTransaction(tx, {
      execute: (statement) => {
        note(typeof statement === 'string' ? statement : statement.sql);
        return tx.execute(statement);
      },
      commit: () => {
        note('commit');
        return tx.commit();
      },
    });
  /** Statements that write and are no part of a transaction. */
  let single = 0;
  const wrapped = wrapClient(client, {
    isRead,
    read: (request) => request(client),
    write: (request) => request(client),
    transaction: async (mode?: TransactionMode) => {
      note('begin');
      return transaction(await client.transaction(mode ?? 'write'));
    },
  });
  const execute: Client['execute'] = (...args: [never]) => {
    const [statement] = args as unknown as [{ sql: string } | string];
    const sql = typeof statement === 'string' ? statement : statement.sql;
    note(sql);
    if (!isRead(sql)) single += 1;
    return wrapped.execute(...args);
  };
  return {
    client: { ...wrapped, execute },
    statements,
    /** Transactions that write, those of a single statement included. */
    writes: () => single + statements.filter((sql) => sql === 'begin').length,
    reset: () => {
      statements.length = 0;
      single = 0;
    },
  };
}

const isCorrections = /^select .* from "resources" .*"edited".*$/m;

let database: Awaited<ReturnType<typeof openTestSqlite>>;
let record: ReturnType<typeof recorded>;
const clock = manualClock();
const reader = createDocumentReader({ processes: 1 });
beforeAll(async () => {
  database = await openTestSqlite();
  record = recorded(database.client);
});
afterAll(async () => {
  await reader.close();
  await database.close();
});

/** The stages of a worker. Results wait for each other however slow the machine is. */
function worker() {
  const db = openSqlite(record.client);
  const log = memoryLog();
  const embed = async (texts: readonly unknown[]) =>
    texts.map((text) => {
      const angle = String(text).length;
      return Float32Array.of(Math.cos(angle), Math.sin(angle));
    });
  const models = oneEmbedder({ model: 'pharos-static-192', embed });
  const fetchPage = () => Promise.reject(new Error('no page is fetched here'));
  const runners = createStageRunners({ config: testConfig({}), db, clock, ids, fetchPage, reader, models });
  const parts = { db, clock, ids, log, leaseMs: LEASE_MS, random: Math.random };
  const job = createProcessJob({ ...parts, runners, progress: { report: () => {} }, holdMs: 600_000 });
  return createJobHandler({ ...parts, pipeline: createPipeline({ ...parts, jobs: [job] }) });
}

async function post(ownerId: string, number: number): Promise<string> {
  const { db } = database;
  const job = await seedJob({ db, clock }, { ownerId });
  const body = Buffer.from(`Number ${number}. A lighthouse guides ships home through the night. `.repeat(1 + (number % 3)));
  const source = { contentType: 'text/plain', filename: null, body, fetchedUrl: null, createdAt: clock.now() };
  await putSource(db, { ...source, resourceId: job.resourceId });
  return job.id;
}

test(`document cost: a plain document takes at most ${MOST_STATEMENTS} statements and ${MOST_WRITES} write transactions`, async () => {
  const ownerId = await seedOwner({ db: database.db, clock });
  const handler = worker();
  // The library is ranked as a whole now and then; between the 31st and the 34th document it is not.
  for (let number = 1; number <= 31; number++) await handler.run({ job_id: await post(ownerId, number), owner_id: ownerId });
  const jobId = await post(ownerId, 32);
  record.reset();
  expect(await handler.run({ job_id: jobId, owner_id: ownerId })).toEqual({ kind: 'done' });
  const { statements } = record;
  expect(statements.length, statements.map((sql) => sql.slice(0, 100)).join('\n')).toBeLessThanOrEqual(MOST_STATEMENTS);
  expect(record.writes()).toBeLessThanOrEqual(MOST_WRITES);
  const resourceId = (await findJob(database.db, jobId))?.resourceId as string;
  expect(Object.values(await stagesOf(database.db, resourceId)).map(({ status }) => status)).toEqual(Array(5).fill('completed'));
  await handler.drain(1000);
});

test('document cost: the corrections of a library are found by an index of their own, not by reading its resources', async () => {
  const statement = isCorrections.exec(record.statements.join('\n'))?.[0];
  expect(statement).toBeDefined();
  const { rows } = await database.client.execute({ sql: `explain query plan ${statement}`, args: Array(9).fill('') });
  expect(rows.map(({ detail }) => detail)).toEqual([expect.stringContaining('USING INDEX resources_edited')]);
});
