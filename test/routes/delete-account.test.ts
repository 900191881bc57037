import { afterEach, beforeEach, expect, test } from 'vitest';
import { listJobs } from '../../src/kernel/db/jobs.ts';
import { DELETE_ACCOUNT } from '../../src/kernel/model/job-kinds.ts';
import { ensureSystemUser } from '../../src/services/accounts/accounts.ts';
import { createTestApp, type TestApp } from '../support/kits/app.ts';

const PASSWORD = 'a long enough phrase';
let app: TestApp;
beforeEach(async () => {
  app = await createTestApp();
});
afterEach(() => app.close());

type Headers = Record<string, string>;
const post = (path: string, headers: Headers, body: unknown) =>
  app.request(path, { method: 'POST', headers: { ...headers, 'Content-Type': 'application/json' }, body: JSON.stringify(body) });
const logIn = (username: string) =>
  app.request('/auth/login', { method: 'POST', body: new URLSearchParams({ username, password: PASSWORD }) });
const remove = (headers: Headers) => app.request('/auth/me', { method: 'DELETE', headers });
const promote = (...names: string[]) =>
  app.database.execute(`update users set tier = 'admin' where username in (${names.map((name) => `'${name}'`).join(', ')})`);

test('DELETE /auth/me: token, refresh token, key and password are refused at once, and the job for the rest is published', async () => {
  const headers = await app.login('ada', PASSWORD);
  const { key } = (await (await post('/auth/api-keys', headers, { name: 'a program' })).json()) as { key: string };
  const { refresh_token } = (await (await logIn('ada')).json()) as { refresh_token: string };
  expect((await remove(headers)).status).toBe(204);
  expect((await app.request('/resources', { headers })).status).toBe(401);
  expect((await app.request('/resources', { headers: { 'X-API-Key': key } })).status).toBe(403);
  expect((await post('/auth/refresh', {}, { refresh_token })).status).toBe(401);
  expect((await logIn('ada')).status).toBe(401);
  expect((await remove(headers)).status).toBe(401);
  await app.background.settled();
  expect(app.published).toHaveLength(1);
  expect(await listJobs(app.services.db, { limit: 10 })).toMatchObject([
    { id: app.published[0]?.job_id, kind: DELETE_ACCOUNT.name },
  ]);
});

test('DELETE /auth/me: name and address are free at once, and the new account has nothing of the old one', async () => {
  const headers = await app.login('ada', PASSWORD);
  await post('/resources', headers, { content: 'A secret of the first Ada.' });
  expect((await remove(headers)).status).toBe(204);
  const again = await app.login('ada', PASSWORD);
  expect(await (await app.request('/resources', { headers: again })).json()).toEqual({ resources: [] });
});

test('DELETE /auth/me: the owner is told by mail, at the address that the account had', async () => {
  await remove(await app.login('ada', PASSWORD));
  await app.background.settled();
  expect(app.mails).toMatchObject([{ to: 'ada@example.org', subject: 'Your Pharos account was deleted' }]);
});

test('DELETE /auth/me: the last active admin is 409; system users and admins who are not active do not count', async () => {
  const ada = await app.login('ada', PASSWORD);
  const grace = await app.login('grace', PASSWORD);
  await ensureSystemUser(app.services, 'service');
  await promote('ada', 'grace');
  await app.database.execute(`update users set active = false where username = 'grace'`);
  const refused = await remove(ada);
  expect([refused.status, (await refused.json()).detail]).toEqual([
    409,
    'You are the last admin; make another account an admin first',
  ]);
  await app.database.execute(`update users set active = true where username = 'grace'`);
  expect((await remove(ada)).status).toBe(204);
  expect((await remove(grace)).status).toBe(409);
});

test('DELETE /auth/me: of two admins who delete their accounts at the same time one stays', async () => {
  const both = [await app.login('ada', PASSWORD), await app.login('grace', PASSWORD)];
  await promote('ada', 'grace');
  const statuses = await Promise.all(both.map(async (headers) => (await remove(headers)).status));
  expect(statuses.toSorted()).toEqual([204, 409]);
});
