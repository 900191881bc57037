/** Every migration since November 2026, over databases that the version of that month filled. */
import { afterEach, describe, expect, test } from 'vitest';
import { createPasswordHasher } from '../../../src/adapters/passwords.ts';
import { readLibraryChanges, readLibraryVersion } from '../../../src/kernel/db/library-changes.ts';
import { emailKey, findTaken, findUserByEmail, findUsersByLogin, nameKey } from '../../../src/kernel/db/users.ts';
import { entitledScopes, withImpliedScopes } from '../../../src/kernel/model/actor.ts';
import type { Tier } from '../../../src/kernel/model/tiers.ts';
import { modelStatuses } from '../../../src/services/models/list-models.ts';
import { reconcileTarget } from '../../../src/services/models/reconcile-target.ts';
import { nextStep } from '../../../src/services/models/switch-when-complete.ts';
import { textFormatOf } from '../../../src/services/resources/resource-schemas.ts';
import { manualClock } from '../../support/fakes/doubles.ts';
import { createTestApp } from '../../support/kits/app.ts';
import { openFixtureDatabase } from '../../support/kits/fixture-database.ts';

/** Columns that a migration changes on purpose: `table.column` and why. */
const CHANGED: Readonly<Record<string, string>> = {};
/** Tables and columns that a migration removes on purpose. */
const REMOVED: Readonly<Record<string, string>> = {
  chunk_codes: 'copies of the vectors, for a scan that searches in memory replace',
};

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

/** An account as the old version stored it. */
interface OldAccount {
  readonly name: string;
  readonly email: string;
  /** Default: the old version's key. */
  readonly key?: string;
  readonly verified?: boolean;
  readonly password?: boolean;
}

const sizeOf = (body: unknown) => (body as ArrayBuffer | Uint8Array).byteLength;
const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`;

function insertOf({ name, email, key = nameKey(email), verified = false, password = true }: OldAccount): string {
  const values = [name, name, name, email, key, password ? 'a hash' : null, 'free'];
  const row = values.map((value) => (value === null ? 'null' : quoted(value)));
  return `insert into users (id, username, username_key, email, email_key, password_hash, tier, active, email_verified_at, created_at, updated_at)
    values (${row.join(', ')}, true, ${verified ? 1 : 'null'}, 1, 1)`;
}

/** `accounts`: added to those of the fixture before the migrations. */
async function migrated(accounts: readonly OldAccount[] = []) {
  const fixture = await openFixtureDatabase('2026-11');
  open.push(fixture.close);
  for (const account of accounts) await fixture.database.statement(insertOf(account));
  const before = await fixture.rows();
  await fixture.database.migrate();
  return { ...fixture, before, after: await fixture.rows() };
}

/** The app on the migrated database, at the moment at which the old version stopped. */
async function servedFromFixture(accounts: readonly OldAccount[] = []) {
  const fixture = await migrated(accounts);
  const { database, credentials, madeAt } = fixture;
  const app = await createTestApp({
    env: { ...credentials.env, MASTER_API_KEY: credentials.masterKey },
    overrides: {
      db: database.db,
      chunkIndex: database.chunkIndex,
      pingDatabase: database.ping,
      passwords: createPasswordHasher(),
    },
  });
  app.clock.set(madeAt);
  open.push(app.close);
  const get = (path: string, headers: Record<string, string>) => app.request(path, { headers });
  return { ...fixture, app, get };
}

describe('upgrade from November 2026', () => {
  test('upgrade: every row and every value of the old database is there after the migrations', async () => {
    const { before, after } = await migrated();
    expect(Object.keys(before).length).toBeGreaterThan(20);
    for (const [table, rows] of Object.entries(before)) {
      if (table in REMOVED) continue;
      expect(rows.length, `rows of ${table} in the fixture`).toBeGreaterThan(0);
      const kept = (row: Record<string, unknown>) =>
        JSON.stringify(
          Object.entries(row)
            .filter(([column]) => column in (rows[0] ?? {}) && !(`${table}.${column}` in { ...CHANGED, ...REMOVED }))
            .toSorted(([a], [b]) => (a < b ? -1 : 1)),
          (_key, value) => (value instanceof ArrayBuffer ? [...new Uint8Array(value)] : value),
        );
      expect((after[table] ?? []).map(kept).toSorted(), table).toEqual(rows.map(kept).toSorted());
    }
  });

  test('upgrade: the size of every stored source is counted for its document', async () => {
    const { after } = await migrated();
    const sizes = new Map((after.resource_sources ?? []).map(({ resource_id, body }) => [resource_id, sizeOf(body)]));
    expect(sizes.size).toBeGreaterThan(0);
    for (const { id, bytes } of after.resources ?? []) expect(bytes === null ? undefined : Number(bytes)).toBe(sizes.get(id));
  });

  test('upgrade: documents have their file name and a key to be sorted by, and their text is plain', async () => {
    const { after } = await migrated();
    const names = new Map((after.resource_sources ?? []).map(({ resource_id, filename }) => [resource_id, filename]));
    for (const row of after.resources ?? []) {
      expect(row.filename).toBe(names.get(row.id) ?? null);
      expect(row.title_key).toBe(typeof row.title === 'string' ? row.title.slice(0, 200).toLowerCase() : null);
      const read = { textFormat: row.text_format as null, wordCount: row.word_count as number | null };
      expect(textFormatOf(read)).toBe(row.text === null ? null : 'plain');
    }
  });

  test('upgrade: every library that has documents gets a version, made by a change with a random id', async () => {
    const { database, after } = await migrated();
    const owners = [...new Set((after.resources ?? []).map(({ owner_id }) => String(owner_id)))];
    expect((after.libraries ?? []).map(({ owner_id }) => owner_id).toSorted()).toEqual(owners.toSorted());
    const ids = new Set<string | null>();
    for (const owner of owners) {
      const { version, changeId } = await readLibraryVersion(database.db, owner);
      expect(version).toBe(1);
      expect(changeId).toMatch(/^[\da-f-]{32,}$/);
      expect(await readLibraryChanges(database.db, owner, { after: 0, limit: 9 })).toEqual([
        { version: 1, id: changeId, resourceId: null, kind: 'rebuild' },
      ]);
      ids.add(changeId);
    }
    expect(ids.size).toBe(owners.length);
  });

  test('upgrade: the model of the old default is active, and covers every document that had been embedded', async () => {
    const { database, after, credentials } = await migrated();
    const [active, ...others] = await modelStatuses(database.db);
    const vectors = (after.chunk_vectors ?? []).map(({ model }) => model);
    expect(new Set(vectors)).toEqual(new Set(['pharos-static-192']));
    expect(others).toEqual([]);
    expect(active).toMatchObject({ id: 'pharos-static-192', name: 'pharos-static-192', state: 'active', dimensions: 192 });
    const withChunks = new Set((after.chunks ?? []).map(({ resource_id }) => resource_id));
    const total = withChunks.size;
    expect(active?.documents).toEqual({ total, embedded: total, failed: 0 });
    expect(withChunks).toContain(credentials.resources.markdown.id);
    expect((after.resource_embeddings ?? []).map(({ resource_id }) => resource_id).toSorted()).toEqual(
      [...withChunks].toSorted(),
    );
    // Documents whose graph stage had completed need no new edges.
    const related = (after.resource_stages ?? []).filter(({ stage, status }) => stage === 'graph' && status === 'completed');
    const at = new Map(related.map(({ resource_id, finished_at }) => [resource_id, Number(finished_at)]));
    for (const { resource_id, related_at } of after.resource_embeddings ?? [])
      expect(related_at === null ? undefined : Number(related_at)).toBe(at.get(resource_id));
    const models = new Set((after.edges ?? []).map(({ kind, model }) => `${kind} ${model}`));
    expect(models).toContain('similar pharos-static-192');
    for (const one of models) expect(['similar pharos-static-192', 'links ', 'cites ']).toContain(one);
  });

  test('upgrade: of several models the one with the most vectors is active, and documents without a vector count as done', async () => {
    const fixture = await openFixtureDatabase('2026-11');
    open.push(fixture.close);
    const { database, credentials } = fixture;
    const [one, two] = [credentials.resources.markdown.id, credentials.resources.html.id];
    const chunksOf = (id: string) => `chunk_seq in (select seq from chunks where resource_id = '${id}')`;
    await database.statement(`insert into chunk_vectors (chunk_seq, model, owner_id, embedding)
      select chunk_seq, 'an-older-model', owner_id, embedding from chunk_vectors where ${chunksOf(one)}`);
    await database.statement(`delete from chunk_vectors where ${chunksOf(two)}`);
    // The vectors of a document that is being read again have gone with its chunks; this one's stage is yet to run.
    const three = credentials.resources.plain.id;
    await database.statement(`delete from chunk_vectors where ${chunksOf(three)}`);
    await database.statement(
      `update resource_stages set status = 'pending' where stage = 'embedding' and resource_id = '${three}'`,
    );
    await database.migrate();
    const [active, older] = await modelStatuses(database.db);
    expect(active).toMatchObject({ id: 'pharos-static-192', state: 'active', retiredAt: null });
    expect(older).toMatchObject({ id: 'an-older-model', state: 'retired', activatedAt: null, documents: { embedded: 1 } });
    expect(older?.retiredAt).toBeGreaterThan(Date.UTC(2026, 0, 1));
    expect(active?.documents.embedded).toBe((active?.documents.total ?? 0) - 1);
    const { resource_embeddings: rows = [] } = await fixture.rows();
    const done = (id: string) =>
      rows
        .filter(({ resource_id }) => resource_id === id)
        .map(({ model }) => model)
        .toSorted();
    expect([done(one), done(two), done(three)]).toEqual([['an-older-model', 'pharos-static-192'], ['pharos-static-192'], []]);
  });

  test('upgrade: a start with the old default changes no model, and one with another asks for the switch', async () => {
    const { database } = await migrated();
    const context = { db: database.db, clock: manualClock() };
    const folder = (name: string) => ({ id: `${name}@0123456789ab`, legacyId: name, name, languages: null });
    expect(await reconcileTarget(context, folder('pharos-static-192'))).toBe('active');
    expect((await modelStatuses(database.db)).map(({ id, state }) => `${id} ${state}`)).toEqual(['pharos-static-192 active']);
    expect(await reconcileTarget(context, folder('all-MiniLM-L6-v2'))).toBe('requested');
    const [, next] = await modelStatuses(database.db);
    expect(next).toMatchObject({ id: 'all-MiniLM-L6-v2@0123456789ab', state: 'building', documents: { embedded: 0 } });
    expect(await nextStep(database.db)).toEqual({ step: 'embed', model: next?.id });
  });

  test('upgrade: migrating a second time changes nothing', async () => {
    const { database, after, rows } = await migrated();
    await database.migrate();
    expect(await rows()).toEqual(after);
    expect((await database.status()).pending).toEqual([]);
  });

  test('upgrade: passwords, refresh tokens and API keys of the old version are valid', async () => {
    const { app, credentials, get } = await servedFromFixture();
    const { password, tokens, keys } = credentials;
    const login = await app.request('/auth/login', {
      method: 'POST',
      body: new URLSearchParams({ username: 'premium', password }),
    });
    expect(login.status).toBe(200);
    const refresh = (refreshToken: string) =>
      app.request('/auth/refresh', { method: 'POST', body: new URLSearchParams({ refresh_token: refreshToken }) });
    for (const name of ['free', 'premium', 'admin', 'reset', 'narrow', 'refreshed'] as const) {
      expect((await refresh(tokens[name].refresh_token)).status, name).toBe(200);
    }
    for (const name of ['revoked', 'inactive'] as const) {
      expect((await refresh(tokens[name].refresh_token)).status, name).toBe(401);
    }
    expect((await get('/auth/me', { 'X-API-Key': keys.full.key })).status).toBe(200);
    expect((await get('/search?q=glaciers&mode=keyword', { 'X-API-Key': keys.search.key })).status).toBe(200);
    expect((await get('/resources', { 'X-API-Key': keys.search.key })).status).toBe(403);
  });

  test('upgrade: sessions with every scope of their user’s tier are interactive, narrow ones are not, and none is fresh', async () => {
    const { after } = await migrated();
    const tierOf = new Map((after.users ?? []).map(({ id, tier }) => [id, tier]));
    const sessions = (after.sessions ?? []).map(({ user_id, scopes, kind, authenticated_at, credentials_epoch }) => {
      const held = typeof scopes === 'string' ? (JSON.parse(scopes) as string[]) : (scopes as string[]);
      const entitled = entitledScopes(tierOf.get(user_id) as Tier);
      const expected = entitled.every((scope) => withImpliedScopes(held).includes(scope)) ? 'interactive' : 'grant';
      return { kind, expected, fresh: authenticated_at, epoch: Number(credentials_epoch) };
    });
    expect(new Set(sessions.map(({ kind }) => kind))).toEqual(new Set(['interactive', 'grant']));
    for (const session of sessions) expect(session).toEqual({ ...session, kind: session.expected, fresh: null, epoch: 0 });
  });

  const keysOf = (rows: readonly Record<string, unknown>[] = []) =>
    new Map(rows.map(({ username, email_key }) => [username, email_key]));

  test('upgrade: accounts with addresses in any letters are found by a reset, a login and a registration', async () => {
    const emails = [
      'Müller@example.org',
      'ÜMIT@Example.org',
      '\uff41da@example.org',
      'o\u0308ye@example.org',
      '\u212aelvin@example.org',
    ];
    const accounts = emails.map((email, index) => ({ name: `old-${index}`, email }));
    const { app, after } = await servedFromFixture(accounts);
    for (const { name, email } of accounts) {
      expect(keysOf(after.users).get(name), email).toBe(emailKey(email));
      expect((await findUserByEmail(app.services.db, email))?.username, email).toBe(name);
      expect((await findUsersByLogin(app.services.db, email))[0]?.username, email).toBe(name);
      expect((await findTaken(app.services.db, '', email)).email, email).toBe(true);
      await app.services.emailLinks.requestPasswordReset(email, { address: null, userAgent: null });
      await app.background.settled();
    }
    expect(app.mails.map(({ to }) => to)).toEqual(emails);
    // The address that shared the old key is free for its own owner.
    expect((await findTaken(app.services.db, '', 'ada@example.org')).email).toBe(false);
  });

  test('upgrade: of two accounts with one address, the one that holds its key keeps it, and nothing fails', async () => {
    const accounts = [
      { name: 'old', email: 'Ü@example.org' },
      { name: 'newer', email: 'Ü@example.org', key: emailKey('Ü@example.org') },
      { name: 'third', email: 'É@example.org', key: 'a key of no address' },
      { name: 'fourth', email: 'É@EXAMPLE.org', key: 'another key of no address' },
    ];
    const { app, after } = await servedFromFixture(accounts);
    const keys = keysOf(after.users);
    expect(['old', 'newer', 'third', 'fourth'].map((name) => keys.get(name))).toEqual([
      'ü@example.org',
      'Ü@example.org',
      'a key of no address',
      'É@example.org',
    ]);
    expect((await findUserByEmail(app.services.db, 'Ü@example.org'))?.username).toBe('newer');
  });

  test('upgrade: the keys of system users stay, and every other key is that of its address', async () => {
    const { after } = await migrated([{ name: 'pharos:test', email: 'Test@pharos.invalid', key: 'pharos:test' }]);
    for (const { username_key, email, email_key } of after.users ?? []) {
      const isSystem = String(username_key).startsWith('pharos:');
      expect(email_key).toBe(isSystem ? username_key : emailKey(String(email)));
    }
  });

  test('upgrade: an address that was verified by a click is not verified any more, one of a provider’s login is', async () => {
    const { after } = await migrated([
      { name: 'clicked', email: 'clicked@example.org', verified: true },
      { name: 'unverified', email: 'unverified@example.org' },
      { name: 'provided', email: 'provided@example.org', verified: true, password: false },
    ]);
    const verified = (after.users ?? []).filter((row) => row.email_verified_at !== null).map(({ username }) => username);
    expect(verified).toEqual(['provided']);
  });

  test('upgrade: documents in every state are listed, and the finished ones are found by words', async () => {
    const { credentials, get } = await servedFromFixture();
    const headers = { 'X-API-Key': credentials.keys.full.key };
    const states = async (name: keyof typeof credentials.resources) =>
      ((await (await get(`/resources/${credentials.resources[name].id}`, headers)).json()) as { status: string }).status;
    expect(await states('markdown')).toBe('completed');
    expect(await states('failed')).toBe('failed');
    expect(await states('pending')).toBe('pending');
    expect(await states('processing')).toBe('processing');
    expect((await get(`/resources/${credentials.resources.premium.id}`, headers)).status).toBe(404);
    const found = (await (await get('/search?q=rivers&mode=keyword', headers)).json()) as { hits: { resource_id: string }[] };
    expect(found.hits.map(({ resource_id }) => resource_id)).toContain(credentials.resources.html.id);
  });
});
