import { createHmac } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { deleteExpired } from '../../src/kernel/db/expired.ts';
import { resources, users, webhookEndpoints, webhookEvents } from '../../src/kernel/db/schema.sqlite.ts';
import { ensureSystemUser } from '../../src/services/accounts/accounts.ts';
import { createTestApp, type TestApp } from '../support/kits/app.ts';

let app: TestApp;
let owner: Record<string, string>;
beforeEach(async () => {
  app = await createTestApp();
  owner = await app.login('ada');
});
afterEach(() => app.close());

interface Endpoint {
  readonly id: string;
  readonly secret: string;
  readonly url: string;
}

async function create(body: object = { name: 'the blog' }, headers = owner) {
  const response = await app.request('/webhooks', {
    method: 'POST',
    headers: { ...headers, 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as Endpoint & Record<string, unknown> };
}

async function send({ id }: Pick<Endpoint, 'id'>, body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string>) {
  const response = await app.request(`/webhooks/ingest/${id}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body,
  });
  const result = (await response.json()) as {
    outcome?: string;
    documents?: { resource_id: string; outcome: string }[];
    detail?: string;
    errors?: { path: string }[];
  };
  return { status: response.status, ...result };
}

/** Signs as senders with the Standard Webhooks library do. */
const signed = ({ secret }: Pick<Endpoint, 'secret'>, body: string, id = 'msg_1', at = new Date(app.clock.now())) => ({
  'webhook-id': id,
  'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
  'webhook-signature': new Webhook(secret).sign(id, at, body),
});
/** The same over bytes, by another implementation than Pharos's. */
const signedBytes = ({ secret }: Pick<Endpoint, 'secret'>, body: Uint8Array, id = 'msg_1') => {
  const timestamp = String(Math.floor(app.clock.now() / 1000));
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
  const mac = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${mac}` };
};
const BOM = [0xef, 0xbb, 0xbf];
const event = (data: object, type = 'document.published') => JSON.stringify({ type, timestamp: '2026-01-01T00:00:00Z', data });
const TEXT = event({ content: 'Glaciers flow, and where they meet the sea they calve.', title: 'Ice' });
const allResources = () => app.services.db.select().from(resources);

describe('/webhooks', () => {
  test('webhook endpoint: the secret is shown on creation only, and revocation is final', async () => {
    const made = await create({ name: 'the blog', tags: ['blog', 'blog'] });
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({ name: 'the blog', kind: 'standard', tags: ['blog'] });
    expect(made.body.secret).toMatch(/^whsec_/);
    expect(made.body.url).toMatch(/\/webhooks\/ingest\/.+$/);
    const listed = await (await app.request('/webhooks', { headers: owner })).json();
    expect(listed.webhooks).toMatchObject([{ id: made.body.id, tags: ['blog'] }]);
    expect(JSON.stringify(listed)).not.toContain('whsec_');
    expect((await send(made.body, TEXT, signed(made.body, TEXT))).status).toBe(202);
    const used = await (await app.request('/webhooks', { headers: owner })).json();
    expect(used.webhooks[0].last_used_at).toBeDefined();
    const remove = (headers: Record<string, string>) => app.request(`/webhooks/${made.body.id}`, { method: 'DELETE', headers });
    expect((await remove(await app.login('eve'))).status).toBe(404);
    expect((await remove(owner)).status).toBe(204);
    expect((await remove(owner)).status).toBe(404);
    expect((await send(made.body, TEXT, signed(made.body, TEXT, 'msg_2'))).status).toBe(401);
  });

  test('webhook endpoint: needs a name and a known kind, and the 51st is 409', async () => {
    const bad = await create({ name: '', kind: 'carrier-pigeon' });
    expect(bad.status).toBe(422);
    expect((bad.body.errors as { path: string }[]).map(({ path }) => path).toSorted()).toEqual(['kind', 'name']);
    for (let i = 0; i < 50; i += 1) expect((await create()).status).toBe(201);
    expect((await create()).status).toBe(409);
    expect((await app.request('/webhooks', { method: 'POST' })).status).toBe(401);
  });
});

describe('a Standard Webhooks event', () => {
  test("Standard Webhooks event: creates a resource of the endpoint's owner, with the endpoint's tags", async () => {
    const { body: endpoint } = await create({ name: 'the blog', tags: ['blog'] });
    const { status, outcome, documents = [] } = await send(endpoint, TEXT, signed(endpoint, TEXT));
    expect([status, outcome]).toEqual([202, 'accepted']);
    const [{ resource_id: id = '' } = {}] = documents;
    const resource = await (await app.request(`/resources/${id}`, { headers: owner })).json();
    expect(resource).toMatchObject({ status: 'pending', title: 'Ice', tags: ['blog'] });
    await app.background.settled();
    expect(app.published).toHaveLength(1);
  });

  test("Standard Webhooks event: repeated tags of its document leave room for the endpoint's tags", async () => {
    const { body: endpoint } = await create({ name: 'the blog', tags: ['blog'] });
    const text = event({ content: 'Glaciers flow.', tags: Array(50).fill('ice') });
    const { documents = [] } = await send(endpoint, text, signed(endpoint, text));
    const resource = await (await app.request(`/resources/${documents[0]?.resource_id}`, { headers: owner })).json();
    expect(resource).toMatchObject({ tags: ['ice', 'blog'] });
  });

  test('Standard Webhooks event: a repeated id gets the first response and has no effect, even with another body', async () => {
    const { body: endpoint } = await create();
    const first = await send(endpoint, TEXT, signed(endpoint, TEXT));
    const again = await send(endpoint, TEXT, signed(endpoint, TEXT));
    expect(again).toEqual({ status: 200, outcome: 'duplicate', documents: first.documents });
    const other = event({ content: 'Another text under the same id, which cannot be a new event.' });
    expect((await send(endpoint, other, signed(endpoint, other))).outcome).toBe('duplicate');
    expect(await allResources()).toHaveLength(1);
  });

  test('Standard Webhooks event: two concurrent deliveries create one resource', async () => {
    const { body: endpoint } = await create();
    const both = await Promise.all([1, 2, 3].map(() => send(endpoint, TEXT, signed(endpoint, TEXT))));
    expect(new Set(both.map(({ documents }) => documents?.[0]?.resource_id)).size).toBe(1);
    expect(await allResources()).toHaveLength(1);
  });

  test('Standard Webhooks event: a missing, altered, foreign, too old or too new signature gets the same 401', async () => {
    const { body: endpoint } = await create();
    const { body: other } = await create();
    const headers = signed(endpoint, TEXT);
    const minutes = (count: number) => new Date(app.clock.now() + count * 60_000);
    const { 'webhook-id': _, ...withoutId } = headers;
    const attempts = [
      {},
      withoutId,
      { ...headers, 'webhook-signature': 'v1,AAAA' },
      { ...headers, 'webhook-id': 'msg_2' },
      { ...headers, 'webhook-timestamp': 'yesterday' },
      { ...headers, 'webhook-id': 'x'.repeat(300) },
      signed(other, TEXT),
      signed(endpoint, TEXT, 'msg_1', minutes(-6)),
      signed(endpoint, TEXT, 'msg_1', minutes(6)),
    ];
    for (const attempt of attempts) {
      expect(await send(endpoint, TEXT, attempt)).toMatchObject({ status: 401, detail: 'The signature cannot be verified' });
    }
    expect((await send(endpoint, `${TEXT} `, headers)).status).toBe(401);
    expect((await send({ id: 'nothing' }, TEXT, headers)).status).toBe(401);
    expect(await allResources()).toHaveLength(0);
    expect(app.log.lines.filter(({ message }) => message === 'signature refused')).toHaveLength(attempts.length + 2);
  });

  test('Standard Webhooks event: one valid signature among several suffices', async () => {
    const { body: endpoint } = await create();
    const headers = signed(endpoint, TEXT);
    const both = { ...headers, 'webhook-signature': `v1,bm90IG91cnM= ${headers['webhook-signature']}` };
    expect((await send(endpoint, TEXT, both)).status).toBe(202);
  });

  test('Standard Webhooks event: a signed event with invalid fields is 422, naming each', async () => {
    const { body: endpoint } = await create();
    const both = event({ url: 'ftp://x', colour: 'red' });
    const result = await send(endpoint, both, signed(endpoint, both));
    expect(result.status).toBe(422);
    expect(result.errors?.map(({ path }) => path)).toContain('data.url');
    const broken = '{"type":';
    expect((await send(endpoint, broken, signed(endpoint, broken))).status).toBe(400);
    const ping = JSON.stringify({ type: 'ping' });
    expect(await send(endpoint, ping, signed(endpoint, ping))).toMatchObject({ status: 202, outcome: 'ignored', documents: [] });
  });

  test('Standard Webhooks event: the signature covers the raw bytes, a byte-order mark included', async () => {
    const { body: endpoint } = await create();
    const plain = new TextEncoder().encode(TEXT);
    const marked = Uint8Array.from([...BOM, ...plain]);
    expect((await send(endpoint, marked, signedBytes(endpoint, plain))).status).toBe(401);
    expect((await send(endpoint, plain, signedBytes(endpoint, marked))).status).toBe(401);
    expect(await send(endpoint, marked, signedBytes(endpoint, marked))).toMatchObject({ status: 202, outcome: 'accepted' });
  });

  test('Standard Webhooks event: signed bytes that are no UTF-8 are 400, and 401 with the signature of another spelling', async () => {
    const { body: endpoint } = await create();
    const broken = Uint8Array.from([...new TextEncoder().encode('{"type":"'), 0xff, ...new TextEncoder().encode('"}')]);
    const replaced = new TextEncoder().encode('{"type":"\ufffd"}');
    expect((await send(endpoint, broken, signedBytes(endpoint, replaced))).status).toBe(401);
    expect(await send(endpoint, broken, signedBytes(endpoint, broken))).toMatchObject({
      status: 400,
      detail: 'The JSON is not valid: it is not UTF-8',
    });
  });

  test('Standard Webhooks event: an endpoint that an earlier version made for a system user is refused', async () => {
    const { body: endpoint } = await create();
    for (const name of ['test_user', 'service'] as const) {
      const { id } = await ensureSystemUser(app.services, name);
      await app.services.db.update(webhookEndpoints).set({ ownerId: id });
      expect((await send(endpoint, TEXT, signed(endpoint, TEXT))).status).toBe(401);
    }
    expect(await app.services.db.select().from(resources)).toEqual([]);
  });

  test("Standard Webhooks event: refused if the endpoint's owner is deactivated", async () => {
    const { body: endpoint } = await create();
    await app.services.db.update(users).set({ active: false });
    expect((await send(endpoint, TEXT, signed(endpoint, TEXT))).status).toBe(401);
  });

  test('Standard Webhooks event: too many refused events from one address are 429', async () => {
    await app.close();
    app = await createTestApp({ env: { RATE_LIMIT_ANONYMOUS_TIER: '6' } });
    owner = await app.login('ada');
    const { body: endpoint } = await create();
    const statuses = [];
    for (let i = 0; i < 8; i += 1) statuses.push((await send(endpoint, TEXT, {})).status);
    expect(statuses.at(-1)).toBe(429);
    // A signed event does not count.
    expect((await send(endpoint, TEXT, signed(endpoint, TEXT))).status).toBe(202);
  });

  test('Standard Webhooks event: its id is remembered for 90 days', async () => {
    const { body: endpoint } = await create();
    await send(endpoint, TEXT, signed(endpoint, TEXT));
    const later = app.clock.now() + 91 * 86_400_000;
    expect(await deleteExpired(app.services.db, later)).toMatchObject({ webhookEvents: 1 });
    expect(await app.services.db.select().from(webhookEvents)).toEqual([]);
  });
});

describe('GitHub event', () => {
  const repository = { full_name: 'ada/notes', html_url: 'https://github.com/ada/notes', default_branch: 'main' };
  const AFTER = 'a'.repeat(40);
  const push = (more: object = {}) => JSON.stringify({ ref: 'refs/heads/main', after: AFTER, repository, commits: [], ...more });
  const release = (more: object = {}) =>
    JSON.stringify({
      action: 'published',
      repository,
      release: { html_url: 'https://github.com/ada/notes/releases/1', tag_name: 'v1', name: 'One', body: '# One\n\nThe first.' },
      ...more,
    });
  const hub = ({ secret }: Endpoint, body: string, name: string, delivery = 'd-1') => ({
    'X-Hub-Signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
    'X-GitHub-Event': name,
    'X-GitHub-Delivery': delivery,
  });
  let endpoint: Endpoint;
  beforeEach(async () => {
    endpoint = (await create({ name: 'the notes', kind: 'github', tags: ['notes'] })).body;
  });

  test('GitHub event: a push to the default branch creates the changed documents, by commit', async () => {
    const body = push({
      commits: [
        { added: ['a b.md', 'src/main.ts', 'gone.md'], modified: [], removed: [] },
        { added: [], modified: ['docs/guide.html', 'paper.pdf', 'package.json'], removed: ['gone.md'] },
      ],
    });
    const { status, documents } = await send(endpoint, body, hub(endpoint, body, 'push'));
    expect(status).toBe(202);
    expect(documents).toHaveLength(3);
    const rows = await allResources();
    expect(rows.map(({ url }) => url).toSorted()).toEqual([
      `https://github.com/ada/notes/raw/${AFTER}/a%20b.md`,
      `https://github.com/ada/notes/raw/${AFTER}/docs/guide.html`,
      `https://github.com/ada/notes/raw/${AFTER}/paper.pdf`,
    ]);
    expect(rows[0]).toMatchObject({ tags: ['ada/notes', 'notes'], metadata: { repository: 'ada/notes', commit: AFTER } });
  });

  test('GitHub event: a published release creates its notes', async () => {
    const body = release();
    await send(endpoint, body, hub(endpoint, body, 'release'));
    expect(await allResources()).toMatchObject([{ title: 'ada/notes One', metadata: { release: 'v1' }, url: null }]);
  });

  test.each([
    ['ping', JSON.stringify({ zen: 'Design for failure.' })],
    ['issues', JSON.stringify({ action: 'opened' })],
    ['push', push({ ref: 'refs/heads/other', commits: [{ added: ['a.md'] }] })],
    ['push', push({ deleted: true })],
    ['push', push({ commits: [{ added: ['a.ts'] }] })],
    ['release', release({ action: 'deleted' })],
  ])('GitHub event: a %s without documents is ignored: %s', async (name, body) => {
    expect(await send(endpoint, body, hub(endpoint, body, name))).toMatchObject({ status: 202, outcome: 'ignored' });
  });

  test('GitHub event: the signature covers the raw bytes, a byte-order mark included', async () => {
    const plain = new TextEncoder().encode(release());
    const marked = Uint8Array.from([...BOM, ...plain]);
    const headers = (bytes: Uint8Array) => ({
      'X-Hub-Signature-256': `sha256=${createHmac('sha256', endpoint.secret).update(bytes).digest('hex')}`,
      'X-GitHub-Event': 'release',
    });
    expect((await send(endpoint, marked, headers(plain))).status).toBe(401);
    expect((await send(endpoint, marked, headers(marked))).status).toBe(202);
  });

  test('GitHub event: a replay under another delivery id has no effect', async () => {
    const body = release();
    const first = await send(endpoint, body, hub(endpoint, body, 'release', 'd-1'));
    const replayed = await send(endpoint, body, hub(endpoint, body, 'release', 'd-2'));
    expect(replayed).toEqual({ status: 200, outcome: 'duplicate', documents: first.documents });
  });

  test('GitHub event: a wrong or missing signature is 401, an invalid body is 422 naming the field', async () => {
    const body = release();
    expect((await send(endpoint, body, {})).status).toBe(401);
    expect((await send(endpoint, `${body} `, hub(endpoint, body, 'release'))).status).toBe(401);
    expect((await send(endpoint, body, { ...hub(endpoint, body, 'release'), 'X-Hub-Signature-256': 'sha256=00' })).status).toBe(
      401,
    );
    const odd = push({ after: 'HEAD' });
    const result = await send(endpoint, odd, hub(endpoint, odd, 'push'));
    expect([result.status, result.errors?.[0]?.path]).toEqual([422, 'after']);
  });

  test('GitHub event: an interrupted delivery continues where it stopped when it is repeated', async () => {
    const body = push({ commits: [{ added: ['a.md', 'b.md', 'c.md'] }] });
    const original = app.services.relay.publishSoon;
    let calls = 0;
    Object.assign(app.services.relay, {
      publishSoon: (id: string) => {
        calls += 1;
        if (calls === 2) throw new Error('cut off');
        original(id);
      },
    });
    expect((await send(endpoint, body, hub(endpoint, body, 'push'))).status).toBe(500);
    Object.assign(app.services.relay, { publishSoon: original });
    const again = await send(endpoint, body, hub(endpoint, body, 'push'));
    expect([again.status, again.documents?.length]).toEqual([202, 3]);
    expect(await allResources()).toHaveLength(3);
  });
});
