/** The deletion of an account: nothing of it is left in any table, and nothing of another account is touched. */
import { eq } from 'drizzle-orm';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { insertResource } from '../../src/kernel/db/resources.ts';
import { jobs, securityEvents, users } from '../../src/kernel/db/schema.sqlite.ts';
import { findUser } from '../../src/kernel/db/users.ts';
import { endAccount, removeSlice } from '../../src/services/accounts/delete-account.ts';
import { CLIENT, createAuthKit } from '../support/kits/auth.ts';
import { onPostgres, openTestDatabase, type TestDatabase } from '../support/kits/database.ts';
import { dump, type Owned, SHARED, seedOwner } from '../support/kits/tenants.ts';

type AuthKit = Awaited<ReturnType<typeof createAuthKit>>;

let database: TestDatabase;
let kit: AuthKit;
let ada: Owned;
let bob: Owned;
let farewells: string[];
beforeEach(async () => {
  database = await openTestDatabase();
  kit = await createAuthKit({}, { database });
  ada = await seedOwner(database.db, 'ada');
  bob = await seedOwner(database.db, 'bob');
  farewells = [];
});
afterEach(() => kit.close());

const notices = { send: () => {}, farewell: ({ email }: { email: string }) => void farewells.push(email) };
const end = async (userId: string) => {
  const user = await findUser(database.db, userId);
  if (!user) throw new Error('no such user');
  const deletion = { by: 'a test', client: CLIENT, check: async () => {} };
  const jobId = await endAccount({ ...kit, notices }, user, deletion);
  await kit.background.settled();
  return jobId;
};
const removeAll = async () => {
  let slices = 0;
  while (await database.db.transaction((tx) => removeSlice(tx, ada.userId))) slices += 1;
  return slices;
};
const rowsOf = async (statement: string) => {
  const result = (await database.execute(statement)) as { rows?: Record<string, unknown>[] } & Record<string, unknown>[];
  return [...(result.rows ?? result)];
};

/** Tables and columns that name an owner, as the database itself knows them. */
const ownerColumns = () =>
  rowsOf(
    onPostgres
      ? `select table_name as name, column_name as column_name from information_schema.columns
          where table_schema = 'public' and column_name in ('owner_id', 'user_id')`
      : `select m.name as name, c.name as column_name from sqlite_master m join pragma_table_info(m.name) c
          where m.type = 'table' and m.name not like 'chunks_fts%' and c.name in ('owner_id', 'user_id')`,
  );

const emptied = (all: Record<string, string[]>) => Object.fromEntries(Object.keys(all).map((table) => [table, []]));

test('account deletion: no table has a row of the account but the security log, and none of another account changed', async () => {
  const before = await dump(database.db, ada);
  for (const [table, rows] of Object.entries(before)) expect(rows.length, `rows of ${table} before`).toBeGreaterThan(0);
  const ofBob = await dump(database.db, bob);
  await end(ada.userId);
  await removeAll();
  const after = await dump(database.db, ada);
  const [event] = await database.db.select().from(securityEvents).where(eq(securityEvents.userId, ada.userId));
  expect(event).toMatchObject({ event: 'account_deleted', reason: 'by a test', address: CLIENT.address });
  expect(after).toEqual({ ...emptied(before), security_events: [JSON.stringify(event)] });
  expect(await dump(database.db, bob)).toEqual(ofBob);
});

test('account deletion: no column of the database that names an owner holds the account', async () => {
  const columns = await ownerColumns();
  expect(columns.length).toBeGreaterThan(15);
  await end(ada.userId);
  await removeAll();
  for (const { name, column_name: column } of columns) {
    const found = await rowsOf(`select * from ${name} where ${column} = '${ada.userId}'`);
    expect(found.length, `${name}.${column}`).toBe(name === 'security_events' ? 1 : 0);
  }
});

test('account deletion: the keyword index holds the words of other accounts only', async () => {
  const statement = onPostgres
    ? `select seq from chunks where text like '%${SHARED.word}%'`
    : `select rowid from chunks_fts where chunks_fts match '${SHARED.word}'`;
  const entries = async () => (await rowsOf(statement)).length;
  expect(await entries()).toBe(4);
  await end(ada.userId);
  await removeAll();
  expect(await entries()).toBe(2);
});

test('account deletion: the account is out before anything is removed: no name, no address, no key, no session, no job', async () => {
  const jobId = await end(ada.userId);
  const [row] = await database.db.select().from(users).where(eq(users.id, ada.userId));
  expect(row).toMatchObject({ active: false, username: 'deleted', email: 'deleted', passwordHash: null, credentialsEpoch: 1 });
  expect(JSON.stringify(row)).not.toContain('ada-email');
  const left = await dump(database.db, ada);
  for (const table of ['api_keys', 'oauth_accounts', 'email_tokens', 'callback_secrets']) expect(left[table]).toEqual([]);
  expect(left.resources).toHaveLength(2);
  for (const session of left.sessions ?? []) expect(JSON.parse(session).revokedReason).toBe('account deleted');
  const states = (left.jobs ?? []).map((job) => JSON.parse(job).state).toSorted();
  expect(states).toEqual(['cancelled', 'cancelled', 'dead']);
  const [job] = await database.db
    .select()
    .from(jobs)
    .where(eq(jobs.id, jobId ?? ''));
  expect(job).toMatchObject({ kind: 'account.delete', ownerId: 'installation', payload: { user_id: ada.userId } });
  expect(farewells).toEqual(['ada-email']);
});

test('account deletion: a slice has at most 20 documents, and what was removed before an interruption stays removed', async () => {
  await database.db.transaction(async (tx) => {
    for (let n = 0; n < 45; n++) await insertResource(tx, resource(`ada-more-${n}`, ada.userId));
  });
  await end(ada.userId);
  const count = async () => (await dump(database.db, ada)).resources?.length;
  expect(await count()).toBe(47);
  await database.db.transaction((tx) => removeSlice(tx, ada.userId));
  expect(await count()).toBe(27);
  await expect(
    database.db.transaction(async (tx) => {
      await removeSlice(tx, ada.userId);
      throw new Error('interrupted');
    }),
  ).rejects.toThrow('interrupted');
  expect(await count()).toBe(27);
  await removeAll();
  expect(await findUser(database.db, ada.userId)).toBeUndefined();
});

test('account deletion: a document posted while the account ends is removed as well', async () => {
  await end(ada.userId);
  await database.db.transaction((tx) => removeSlice(tx, ada.userId));
  await insertResource(database.db, resource('ada-late', ada.userId));
  await removeAll();
  expect((await dump(database.db, ada)).resources).toEqual([]);
});

test('account deletion: neither an account that was not deleted nor a system user loses anything', async () => {
  const before = await dump(database.db, ada);
  expect(await removeAll()).toBe(0);
  expect(await dump(database.db, ada)).toEqual(before);
  await database.db.update(users).set({ usernameKey: 'pharos:service' }).where(eq(users.id, ada.userId));
  expect(await end(ada.userId)).toBeUndefined();
  expect((await findUser(database.db, ada.userId))?.active).toBe(true);
});

const resource = (id: string, ownerId: string): Parameters<typeof insertResource>[1] & { readonly id: string } => ({
  id,
  ownerId,
  sourceKey: `test:${id}`,
  tags: [],
  metadata: {},
  edited: [],
  authors: [],
  keywords: [],
  categories: [],
  status: 'completed',
  run: 1,
  createdAt: 0,
  updatedAt: 0,
});
