/** Every tool with every kind of credential. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { TOOLS } from '../../src/routes/mcp/tools.ts';
import { createTestApp, type TestApp } from '../support/kits/app.ts';
import { callTool, connectAssistant } from '../support/kits/assistant.ts';
import { bearer, connectApp } from '../support/kits/oauth-client.ts';

type Headers = Record<string, string>;

const MASTER = 'the-master-key-of-this-test-0123456789';
const MCP = 'http://localhost:8000/mcp';
const NOWHERE = '01900000-0000-7000-8000-00000000dead';
const ARGUMENTS: Record<string, Record<string, unknown>> = {
  search: { query: 'ice' },
  list_documents: {},
  add_document: { content: 'A text of a test of credentials.' },
};

let app: TestApp;
let full: Headers;
beforeAll(async () => {
  app = await createTestApp({ env: { MASTER_API_KEY: MASTER, RATE_LIMIT_FREE_TIER: '100000' } });
  full = await app.login('ada');
});
afterAll(() => app.close());

async function keyOf(scopes: readonly string[]): Promise<string> {
  const init = { method: 'POST', headers: { ...full, 'Content-Type': 'application/json' } };
  const made = await app.request('/auth/api-keys', { ...init, body: JSON.stringify({ name: 'a key', scopes }) });
  return ((await made.json()) as { key: string }).key;
}

async function narrowed(scope: string): Promise<Headers> {
  const body = new URLSearchParams({ username: 'ada', password: 'a long enough phrase', scope });
  const response = await app.request('/auth/login', { method: 'POST', body });
  return bearer(((await response.json()) as { access_token: string }).access_token);
}

const connect = (headers: Headers) =>
  connectAssistant(MCP, headers, (url, init) => app.request(url.replace('http://localhost:8000', ''), init));

/** The tools that do not refuse the caller for a scope; other errors, such as of an unknown id, are not counted. */
async function allowed(headers: Headers): Promise<string[]> {
  const client = await connect(headers);
  const names: string[] = [];
  for (const name of Object.keys(TOOLS)) {
    const { isError, text } = await callTool(client, name, ARGUMENTS[name] ?? { id: NOWHERE });
    if (!(isError && text.includes('needs the scope'))) names.push(name);
  }
  await client.close();
  return names;
}

const READS = ['fetch', 'list_documents', 'similar', 'document_status'];
const EVERY = ['search', ...READS, 'add_document', 'delete_document'];

test('credentials: each reaches the tools of its scopes, and no other', async () => {
  const grant = async (approved: readonly string[], request: Record<string, string> = {}) =>
    bearer((await connectApp(app.request, full, { approved, request })).tokens.access_token);
  const scopes = ['resources:read', 'resources:write', 'search'];
  const cases: readonly [string, Headers, readonly string[]][] = [
    ['the token of a login', full, EVERY],
    ['a token of one scope', await narrowed('search'), ['search']],
    ['a token that may write, and so delete', await narrowed('resources:write'), ['add_document', 'delete_document']],
    ['a key of one scope', { 'X-API-Key': await keyOf(['resources:read']) }, READS],
    ['a key as Bearer', bearer(await keyOf(['search', 'resources:read'])), ['search', ...READS]],
    ['the master key', { 'X-API-Key': MASTER }, EVERY],
    ['the master key as Bearer', bearer(MASTER), EVERY],
    ['the grant of an app that may not delete', await grant(scopes), ['search', ...READS, 'add_document']],
    ['the grant of an app that may', await grant([...scopes, 'resources:delete']), EVERY],
    ['the grant of an assistant', await grant(['search', 'resources:read'], { resource: MCP }), ['search', ...READS]],
  ];
  for (const [what, headers, tools] of cases)
    expect([what, (await allowed(headers)).toSorted()]).toEqual([what, [...tools].toSorted()]);
});

test('credentials: a ticket, a refresh token and what is no credential reach no tool', async () => {
  const made = await app.request('/progress/tickets', { method: 'POST', headers: full });
  const { ticket } = (await made.json()) as { ticket: string };
  const { tokens } = await connectApp(app.request, full, { request: { resource: MCP } });
  for (const [what, headers] of [
    ['a stream ticket', bearer(ticket)],
    ['the refresh token of an app', bearer(tokens.refresh_token)],
    ['a wrong key', bearer(`pharos_${'x'.repeat(43)}`)],
    ['nothing', {}],
  ] as [string, Headers][])
    await expect(connect(headers), what).rejects.toMatchObject({ code: 401 });
});

test('credentials: a revoked token reaches no tool with its next call', async () => {
  const headers = await narrowed('search');
  const client = await connect(headers);
  expect((await callTool(client, 'search', { query: 'ice' })).isError).toBe(false);
  const token = headers.Authorization?.replace('Bearer ', '') ?? '';
  await app.request('/auth/revoke', { method: 'POST', body: new URLSearchParams({ token }) });
  await expect(callTool(client, 'search', { query: 'ice' })).rejects.toMatchObject({ code: 401 });
});
