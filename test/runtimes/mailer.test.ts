import { afterEach, beforeEach, expect, test } from 'vitest';
import { createMailer } from '../../src/adapters/mailer.ts';
import { parseConfig } from '../../src/kernel/config/config.ts';
import { type MailServer, startMailServer } from '../support/fakes/mail-server.ts';

let server: MailServer;
beforeEach(async () => {
  server = await startMailServer();
});
afterEach(() => server.stop());

const env = {
  ENV: 'staging',
  PUBLIC_URL: 'https://pharos.example.org',
  JWT_SECRET_KEY: 'j'.repeat(40),
  WORKER_SIGNING_KEY: 'w'.repeat(40),
};
const mail = {
  to: 'ada@example.org',
  subject: 'Set a new password',
  text: 'Hello ada,\n\nopen https://pharos.example.org/account/reset#t\n',
};

test('mailer: with SMTP_URL mail is sent to that server from no-reply at this host', async () => {
  const mailer = createMailer(parseConfig({ ...env, SMTP_URL: server.url }), () => {});
  await mailer?.send(mail);
  expect(server.received).toHaveLength(1);
  expect(server.received[0]).toMatchObject({ from: 'no-reply@pharos.example.org', to: ['ada@example.org'] });
  expect(server.received[0]?.text).toContain('account/reset#t');
});

test('mailer: an address with a line break or a second address adds no header or recipient', async () => {
  const mailer = createMailer(parseConfig({ ...env, SMTP_URL: server.url }), () => {});
  await mailer?.send({ ...mail, to: 'ada@example.org\r\nBcc: eve@example.org' }).catch(() => undefined);
  expect(server.received.flatMap(({ to }) => to)).not.toContain('eve@example.org');
});

test('mailer: a mail server that is down rejects the sending', async () => {
  const mailer = createMailer(parseConfig({ ...env, SMTP_URL: 'smtp://127.0.0.1:1' }), () => {});
  await expect(mailer?.send(mail)).rejects.toThrow();
});

test('mailer: without SMTP_URL mail is printed in development, and elsewhere there is no mailer', async () => {
  const printed: string[] = [];
  await createMailer(parseConfig({}), (line) => printed.push(line))?.send(mail);
  expect(printed.join('')).toContain('account/reset#t');
  expect(createMailer(parseConfig(env), () => {})).toBeNull();
});
