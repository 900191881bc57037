/**
 * The small questions of test/support/fixtures/search-cases.ts asked of a server, of this version or an older one, and how many
 * have the text that is wanted at rank 1: `npm run bench:search-cases -- [base URL on loopback]`. Without one, this checkout is started.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { SEARCH_TEXTS } from '../test/support/fixtures/search-case-texts.ts';
import { SEARCH_CASES } from '../test/support/fixtures/search-cases.ts';
import { ROOT, startCheckout } from './support/checkout.ts';

const MODES = ['keyword', 'semantic', 'hybrid'] as const;
const EMBEDDING_MODEL = process.env.EMBEDDING_MODEL ?? 'pharos-static-192';

type Call = (path: string, body?: unknown) => Promise<Record<string, unknown>>;

/** A new user of the server at `base`. */
async function register(base: string): Promise<Call> {
  const { hostname } = new URL(base);
  if (!['localhost', '127.0.0.1', '[::1]'].includes(hostname)) throw new Error(`${base} is not on loopback`);
  const username = `cases${Date.now()}`;
  const password = 'correct horse battery staple';
  const send = async (path: string, init: RequestInit) => {
    const response = await fetch(new URL(path, base), init);
    return (await response.json()) as Record<string, unknown>;
  };
  const json = (body: unknown, headers = {}) => {
    return { method: 'POST', headers: { 'Content-Type': 'application/json', ...headers }, body: JSON.stringify(body) };
  };
  await send('/auth/register', json({ username, email: `${username}@example.org`, password }));
  const { access_token: token } = await send('/auth/login', {
    method: 'POST',
    body: new URLSearchParams({ username, password }),
  });
  const headers = { Authorization: `Bearer ${token}` };
  return (path, body) => send(path, body === undefined ? { headers } : json(body, headers));
}

/** The case's id of each resource. */
async function ingest(call: Call): Promise<Map<string, string>> {
  const resources = SEARCH_TEXTS.map(({ title, text }) => ({ title, content: text, content_type: 'text/plain' }));
  const { resources: accepted } = (await call('/resources/batch', { resources })) as { resources: { id: string }[] };
  for (let tries = 0; tries < 600; tries++) {
    const left = await Promise.all(['pending', 'processing'].map((status) => call(`/resources?status=${status}&limit=1`)));
    if (left.every((page) => (page.resources as unknown[]).length === 0)) break;
    await sleep(500);
  }
  return new Map(accepted.map(({ id }, i) => [id, SEARCH_TEXTS[i]?.id ?? '']));
}

async function run(call: Call): Promise<void> {
  const ids = await ingest(call);
  const passed = new Map<string, number>();
  const count = (key: string) => passed.set(key, (passed.get(key) ?? 0) + 1);
  for (const { group, q, want, not = [], prefix = false, mode: only } of SEARCH_CASES) {
    for (const mode of MODES) {
      if (only !== undefined && only !== mode) continue;
      const parameters = new URLSearchParams({ q, mode, limit: '50', ...(prefix ? { prefix: 'true' } : {}) });
      const { hits = [] } = (await call(`/search?${parameters}`)) as { hits?: { resource_id: string }[] };
      const found = hits.map((hit) => ids.get(hit.resource_id) ?? '');
      const isRight = (found[0] ?? null) === want && !found.some((id) => not.includes(id));
      if (isRight) for (const key of [`${group} ${mode}`, `all ${mode}`]) count(key);
      else console.log(`${mode}: ${q}: ${found.slice(0, 3).join(', ') || 'nothing'} instead of ${want ?? 'nothing'}`);
    }
  }
  const groups = [...new Set(SEARCH_CASES.map(({ group }) => group))];
  const rows = [...groups, 'all'].map((group) => {
    const of = (mode: string) =>
      SEARCH_CASES.filter((one) => (group === 'all' || one.group === group) && (one.mode ?? mode) === mode).length;
    return [group, ...MODES.map((mode) => `${passed.get(`${group} ${mode}`) ?? 0}/${of(mode)}`)];
  });
  console.log([['group', ...MODES], ['---', '---', '---', '---'], ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n'));
}

const [base] = process.argv.slice(2);
if (base !== undefined) await run(await register(base));
else {
  const pharos = await startCheckout(ROOT, { EMBEDDING_MODEL });
  await run(pharos.call);
  await pharos.stop();
}
