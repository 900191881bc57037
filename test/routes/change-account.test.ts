import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findUsersByLogin } from '../../src/kernel/db/users.ts';
import { createTestApp, type TestApp } from '../support/kits/app.ts';

const PASSWORD = 'a long enough phrase';
const NEW = 'ada@new.example';
let app: TestApp;
let headers: Record<string, string>;
beforeEach(async () => {
  app = await createTestApp();
  headers = await app.login('ada', PASSWORD);
});
afterEach(() => app.close());

const send = (method: string, path: string, body: unknown, with_: Record<string, string> = headers) =>
  app.request(path, {
    method,
    headers: { ...with_, 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
const change = async (body: unknown) => {
  const response = await send('PATCH', '/auth/me', body);
  await app.background.settled();
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
};
const me = async () => (await app.request('/auth/me', { headers })).json();
const logIn = async (username: string, password = PASSWORD) =>
  (await app.request('/auth/login', { method: 'POST', body: new URLSearchParams({ username, password }) })).status;
const mailsTo = (to: string) => app.mails.filter((mail) => mail.to === to);
const linkIn = (text: string | undefined) => /#([\w-]{43})/.exec(text ?? '')?.[1];
const newestLink = () => linkIn(mailsTo(NEW).at(-1)?.text);
const open = async (token: string | undefined, proof: object = { password: PASSWORD }) =>
  (await send('POST', '/auth/email/verify', { token, ...proof }, {})).status;

describe('PATCH /auth/me: username', () => {
  test('username: changes at once; the old one is free and logs in no more', async () => {
    expect(await change({ username: 'lovelace' })).toMatchObject({ status: 200, body: { username: 'lovelace' } });
    expect([await logIn('lovelace'), await logIn('ada')]).toEqual([200, 401]);
    expect(await me()).toMatchObject({ username: 'lovelace', email: 'ada@example.org' });
    await app.login('ada', PASSWORD).catch((error: Error) => expect(error.message).toContain('email'));
    expect(mailsTo('ada@example.org').at(-1)?.text).toContain('The username of your account is lovelace now.');
  });

  test.each([
    ['x', 422],
    ['a b c', 422],
    ['admin', 422],
    ['grace', 409],
    ['GRACE', 409],
    ['ﬀGrace', 200],
    ['Ada', 200],
    ['ada', 200],
  ])('username: %s is %i, by the rules of registration', async (username, status) => {
    await app.login('grace', PASSWORD);
    const answer = await change({ username });
    expect(answer.status).toBe(status);
    if (status === 409) expect(answer.body.errors).toEqual([{ path: 'username', message: 'is already taken' }]);
    if (status !== 200) expect(await me()).toMatchObject({ username: 'ada' });
  });

  test('username: of two accounts that take a name at the same time, one gets it', async () => {
    const grace = await app.login('grace', PASSWORD);
    const statuses = await Promise.all(
      [headers, grace].map(async (one) => (await send('PATCH', '/auth/me', { username: 'countess' }, one)).status),
    );
    expect(statuses.toSorted()).toEqual([200, 409]);
  });

  test('PATCH /auth/me: names at least one field and no other', async () => {
    for (const body of [{}, { tier: 'admin' }, { username: 'lovelace', active: false }])
      expect((await change(body)).status).toBe(422);
  });
});

describe('PATCH /auth/me: address', () => {
  test('address: counts when its link is opened with the password, and is verified then', async () => {
    expect(await change({ email: NEW })).toMatchObject({
      status: 200,
      body: { email: 'ada@example.org', pending_email: NEW, email_verified: false },
    });
    expect(await me()).toMatchObject({ email: 'ada@example.org' });
    expect(await open(newestLink())).toBe(204);
    expect(await me()).toMatchObject({ email: NEW, email_verified: true });
    expect([await logIn(NEW), await logIn('ada@example.org')]).toEqual([200, 401]);
    expect(await open(newestLink())).toBe(410);
  });

  test('address: the present one is told when it is asked for, and when it is changed', async () => {
    await change({ email: NEW });
    const [asked] = mailsTo('ada@example.org');
    expect(asked?.text).toContain(`A new address for your account was asked for, ${NEW}.`);
    expect(asked?.text).toContain('/app/reset');
    await open(newestLink());
    await app.background.settled();
    const [, changed] = mailsTo('ada@example.org');
    expect(changed?.text).toContain(`The address of your account is ${NEW} now.`);
    expect(changed?.text).not.toContain('/app/reset');
  });

  test('address: the link alone, a wrong password and the session of another account change nothing', async () => {
    const grace = await app.login('grace', PASSWORD);
    await change({ email: NEW });
    const token = newestLink();
    expect(await open(token, {})).toBe(422);
    expect(await open(token, { password: 'a wrong one of them' })).toBe(403);
    expect((await send('POST', '/auth/email/verify', { token }, grace)).status).toBe(403);
    expect(await me()).toMatchObject({ email: 'ada@example.org' });
    expect((await send('POST', '/auth/email/verify', { token })).status).toBe(204);
    expect(await me()).toMatchObject({ email: NEW });
  });

  test('address: of several that were asked for, the last one counts', async () => {
    await change({ email: 'first@new.example' });
    const first = linkIn(mailsTo('first@new.example')[0]?.text);
    await change({ email: NEW });
    expect(await open(first)).toBe(410);
    expect(await open(newestLink())).toBe(204);
  });

  test('address: a reset of the password at the present one withdraws the change', async () => {
    await change({ email: NEW });
    await send('POST', '/auth/password/forgot', { email: 'ada@example.org' }, {});
    await app.background.settled();
    const token = linkIn(mailsTo('ada@example.org').at(-1)?.text);
    expect((await send('POST', '/auth/password/reset', { token, password: 'another long phrase' }, {})).status).toBe(204);
    expect(await open(newestLink(), { password: 'another long phrase' })).toBe(410);
  });

  test('address: links that were sent to the former one end with the change', async () => {
    await send('POST', '/auth/password/forgot', { email: 'ada@example.org' }, {});
    await app.background.settled();
    const reset = linkIn(mailsTo('ada@example.org').at(-1)?.text);
    await change({ email: NEW });
    await open(newestLink());
    expect((await send('POST', '/auth/password/reset', { token: reset, password: 'another long phrase' }, {})).status).toBe(410);
  });

  test('address: a link is valid for a day', async () => {
    await change({ email: NEW });
    app.clock.advance(24 * 60 * 60 * 1000);
    expect(await open(newestLink())).toBe(410);
  });

  test('address: a taken one is 409, also if it is taken before its link is opened', async () => {
    await app.login('grace', PASSWORD);
    expect(await change({ email: 'Grace@Example.org' })).toMatchObject({
      status: 409,
      body: { errors: [{ path: 'email', message: 'is already registered' }] },
    });
    expect(mailsTo('Grace@Example.org')).toEqual([]);
    await change({ email: NEW });
    const body = { username: 'quick', email: NEW, password: PASSWORD };
    expect((await send('POST', '/auth/register', body, {})).status).toBe(201);
    const answer = await send('POST', '/auth/email/verify', { token: newestLink(), password: PASSWORD }, {});
    expect([answer.status, (await answer.json()).detail]).toEqual([409, 'Another account has this address by now']);
    expect(await me()).toMatchObject({ email: 'ada@example.org' });
  });

  test('address: the present one needs no proof and sends no mail; in other letters it does', async () => {
    expect(await change({ email: 'ada@example.org' })).toMatchObject({ status: 200 });
    expect((await change({ email: 'ada@example.org' })).body).not.toHaveProperty('pending_email');
    expect(app.mails).toEqual([]);
    expect((await change({ email: 'Ada@example.org' })).body).toMatchObject({ pending_email: 'Ada@example.org' });
    expect(await open(linkIn(mailsTo('Ada@example.org')[0]?.text))).toBe(204);
    expect(await me()).toMatchObject({ email: 'Ada@example.org' });
  });

  test('address: three mails in half an hour, then 429, which leaves the username as it is', async () => {
    for (let n = 0; n < 3; n++) expect((await change({ email: NEW })).status).toBe(200);
    expect((await change({ username: 'lovelace', email: NEW })).status).toBe(429);
    expect(await me()).toMatchObject({ username: 'ada' });
  });

  test('address: a deactivation before the mail is made sends no link', async () => {
    const [user] = await findUsersByLogin(app.services.db, 'ada');
    await app.database.execute('update users set active = false');
    if (user) await app.services.emailLinks.requestChange(user, NEW, { address: null, userAgent: null });
    await app.background.settled();
    expect(mailsTo(NEW)).toEqual([]);
  });

  test('PATCH /auth/me: without mail an address is 501, and a username changes', async () => {
    const mute = await createTestApp({ overrides: { mailer: null } });
    const mine = { ...(await mute.login('ada', PASSWORD)), 'Content-Type': 'application/json' };
    const patch = (body: object) => mute.request('/auth/me', { method: 'PATCH', headers: mine, body: JSON.stringify(body) });
    expect((await patch({ username: 'lovelace', email: NEW })).status).toBe(501);
    expect((await patch({ username: 'lovelace' })).status).toBe(200);
    await mute.close();
  });
});
