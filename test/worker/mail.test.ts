import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import fc from 'fast-check';
import { SMTPServer } from 'smtp-server';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createMailer } from '../../src/adapters/mailer.ts';
import type { Mail, Mailer } from '../../src/kernel/core/mail.ts';
import type { Fetch } from '../../src/kernel/core/ports.ts';
import { createHttpMailer } from '../../src/kernel/worker-client/mailer.ts';
import { signRequest } from '../../src/kernel/worker-client/signatures.ts';
import { testConfig } from '../support/kits/config.ts';
import { createUploadKit, type UploadKit, WORKER_URL } from '../support/kits/uploads.ts';

const mail: Mail = {
  to: 'ada@example.org',
  subject: 'Set a new password',
  text: 'Hello ada,\n\nopen https://pharos.example/account/reset#the-secret-of-the-link\n',
};

let sent: Mail[];
let failure: Error | undefined;
const mailer: Mailer = {
  send: async (given) => {
    if (failure) throw failure;
    sent.push(given);
  },
};

let kit: UploadKit | undefined;
beforeEach(() => {
  sent = [];
  failure = undefined;
});
afterEach(async () => {
  await kit?.api.close();
  kit = undefined;
});

async function setUp(by: Mailer | null = mailer) {
  kit = await createUploadKit({ mailer: by });
  const { worker, api } = kit;
  const { config, clock, ids } = api.services;
  const key = config.worker.signingKeys.current;
  const url = `${WORKER_URL}/mail`;
  const sign = (body: string, at = url) => signRequest({ key, url: at, body, clock, ids });
  const post = async (body: string, signature?: string) =>
    worker.request('/mail', { method: 'POST', body, headers: { 'Upstash-Signature': signature ?? (await sign(body)) } });
  const toWorker: Fetch = async (input, init) => worker.request(String(input), init);
  const client = (fetch: Fetch = toWorker) => createHttpMailer({ config, fetch, clock, ids });
  return { ...api, sign, post, client };
}

describe('mail over the worker', () => {
  test('mail: the HTTP mailer and the route hand the mail over unchanged', async () => {
    const it = await setUp();
    await it.client().send(mail);
    expect(sent).toEqual([mail]);
  });

  test('mail: it reaches the SMTP server of the worker', async () => {
    const received: string[] = [];
    const server = new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS'],
      onData: (stream, session, done) => {
        text(stream).then((content) => {
          received.push(`${session.envelope.rcptTo.map(({ address }) => address)}\n${content}`);
          done();
        }, done);
      },
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.server.address() as AddressInfo;
    const it = await setUp(createMailer(testConfig({ SMTP_URL: `smtp://127.0.0.1:${port}` }), () => {}));
    await it.client().send(mail);
    expect(received.join()).toMatch(/^ada@example\.org\n.*Subject: Set a new password.*account\/reset#/s);
    await new Promise<void>((resolve) => server.close(() => resolve()));
  });

  test('mail: any subject and text arrive unchanged', async () => {
    const it = await setUp();
    const line = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 100 }).filter((value) => !/\p{Cc}/u.test(value));
    await fc.assert(
      fc.asyncProperty(line, fc.string({ unit: 'grapheme', minLength: 1 }), async (subject, body) => {
        sent = [];
        await it.client().send({ to: 'ada@example.org', subject, text: body });
        expect(sent).toEqual([{ to: 'ada@example.org', subject, text: body }]);
      }),
      { numRuns: 50 },
    );
  });

  test('mail: the HTTP mailer rejects when the worker refuses the mail or is unreachable', async () => {
    const it = await setUp(null);
    await expect(it.client().send(mail)).rejects.toThrow('status 501');
    await expect(it.client(async () => new Response(null, { status: 302 })).send(mail)).rejects.toThrow('status 302');
    await expect(it.client(async () => Promise.reject(new TypeError('fetch failed'))).send(mail)).rejects.toThrow('fetch failed');
  });

  test('mail: the request to the worker has a deadline', async () => {
    const it = await setUp();
    let signal: AbortSignal | null | undefined;
    await it
      .client(async (_input, init) => {
        signal = init?.signal;
        return new Response(null, { status: 204 });
      })
      .send(mail);
    expect(signal).toBeInstanceOf(AbortSignal);
  });
});

describe('POST /mail: refusals', () => {
  const body = JSON.stringify(mail);

  test('POST /mail: 401 when unsigned, signed for another path, altered, expired or replayed', async () => {
    const it = await setUp();
    const statusOf = async (given: string, signature: string) => (await it.post(given, signature)).status;
    expect(await statusOf(body, '')).toBe(401);
    expect(await statusOf(body, await it.sign(body, `${WORKER_URL}/jobs`))).toBe(401);
    expect(await statusOf(JSON.stringify({ ...mail, to: 'eve@example.org' }), await it.sign(body))).toBe(401);
    const once = await it.sign(body);
    expect([await statusOf(body, once), await statusOf(body, once)]).toEqual([204, 401]);
    const old = await it.sign(body);
    it.clock.advance(6 * 60_000);
    expect(await statusOf(body, old)).toBe(401);
    expect(sent).toHaveLength(1);
  });

  test.each<[string, unknown, string]>([
    ['no recipient', { subject: 'a', text: 'b' }, 'to'],
    ['two recipients', { ...mail, to: 'ada@example.org, eve@example.org' }, 'to'],
    ['a header after the recipient', { ...mail, to: 'ada@example.org\r\nBcc: eve@example.org' }, 'to'],
    ['a header after the subject', { ...mail, subject: 'a\r\nBcc: eve@example.org' }, 'subject'],
    ['no text', { ...mail, text: '' }, 'text'],
    ['an unknown field', { ...mail, html: '<b>' }, 'body'],
    ['no JSON object', 'mail', 'body'],
  ])('POST /mail: %s is 422 and names the field', async (_what, given, field) => {
    const it = await setUp();
    const response = await it.post(JSON.stringify(given));
    expect(response.status).toBe(422);
    expect(((await response.json()) as { detail: string }).detail).toBe(`The body is not a mail; invalid: ${field}`);
    expect(sent).toEqual([]);
  });

  test('POST /mail: invalid JSON is 422, a text over the limit 413', async () => {
    const it = await setUp();
    expect((await it.post('{')).status).toBe(422);
    expect((await it.post(JSON.stringify({ ...mail, text: 'x'.repeat(70_000) }))).status).toBe(413);
  });
});

test('POST /mail: 501 without a mail server, naming the missing setting', async () => {
  const response = await (await setUp(null)).post(JSON.stringify(mail));
  expect([response.status, ((await response.json()) as { detail: string }).detail]).toEqual([
    501,
    expect.stringContaining('SMTP_URL'),
  ]);
});

test('POST /mail: a refusal of the mail server is 502, and the log has neither address nor text', async () => {
  const it = await setUp();
  failure = Object.assign(new Error('550 <ada@example.org> unknown'), { code: 'EENVELOPE', responseCode: 550 });
  const response = await it.post(JSON.stringify(mail));
  expect(response.status).toBe(502);
  expect(await response.text()).not.toContain('ada');
  await it.post(JSON.stringify({ ...mail, text: '' }));
  expect(it.log.lines).toContainEqual({
    level: 'warning',
    message: 'mail not sent',
    fields: { code: 'EENVELOPE', responseCode: 550 },
  });
  expect(JSON.stringify(it.log.lines)).not.toMatch(/ada@|the-secret-of-the-link|Set a new password/);
});
