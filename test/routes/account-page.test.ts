/** The script of /account/reset and /account/verify, run in a document without a browser. */
import { readFile } from 'node:fs/promises';
import { parseHTML } from 'linkedom';
import { expect, test } from 'vitest';

const console_ = new URL('../../console/pages/', import.meta.url);

interface Sent {
  readonly path: string;
  readonly body: unknown;
}

/** Opens the page at `address`, fills in `fields`, and sends the form that is shown. */
async function open(address: string, fields: Record<string, string>, response = new Response(null, { status: 204 })) {
  const { document } = parseHTML(await readFile(new URL('account.html', console_), 'utf8'));
  const { pathname, hash } = new URL(address, 'http://localhost');
  const sent: Sent[] = [];
  const fetch = async (path: string, { body }: { body: string }) => {
    sent.push({ path, body: JSON.parse(body) });
    return response;
  };
  class FormData {
    readonly #form: Element;
    constructor(form: Element) {
      this.#form = form;
    }
    *[Symbol.iterator]() {
      for (const input of this.#form.querySelectorAll('input[name]')) {
        const name = input.getAttribute('name') ?? '';
        yield [name, fields[name]];
      }
    }
  }
  const history = { replaceState: () => undefined };
  const script = new Function(
    'document',
    'location',
    'history',
    'fetch',
    'FormData',
    await readFile(new URL('account.js', console_), 'utf8'),
  );
  script(document, { pathname, hash }, history, fetch, FormData);
  const shown = [...document.querySelectorAll('form')].filter((form) => !form.hasAttribute('hidden') && form.hidden !== true);
  for (const form of shown)
    form.dispatchEvent(new (document.defaultView as unknown as Window & typeof globalThis).Event('submit'));
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
  return { forms: shown.map(({ id }) => id), sent, outcome: () => document.getElementById('outcome')?.textContent ?? '' };
}

test('account page: the verification link asks for the password of the account and sends it with the token', async () => {
  const page = await open('/account/verify#the-token', { password: 'a phrase' });
  expect(page.forms).toEqual(['verify']);
  expect(page.sent).toEqual([{ path: '/auth/email/verify', body: { token: 'the-token', password: 'a phrase' } }]);
  expect(page.outcome()).toBe('Your address is confirmed.');
});

test('account page: a refused verification shows the reason', async () => {
  const refusal = Response.json({ detail: 'The password is wrong' }, { status: 403 });
  const page = await open('/account/verify#the-token', { password: 'a phrase' }, refusal);
  expect(page.outcome()).toBe('The password is wrong');
});

test('account page: the verification page without a link says so and sends nothing', async () => {
  const page = await open('/account/verify', {});
  expect([page.forms, page.sent]).toEqual([[], []]);
  expect(page.outcome()).toContain('needs the link in the mail');
});

test('account page: the reset link asks for a new password', async () => {
  const page = await open('/account/reset#the-token', { password: 'a new phrase' });
  expect(page.sent).toEqual([{ path: '/auth/password/reset', body: { token: 'the-token', password: 'a new phrase' } }]);
});

test('account page: the reset page without a link asks for an address and requests the mail', async () => {
  const page = await open('/account/reset', { email: 'ada@example.org' });
  expect(page.forms).toEqual(['request']);
  expect(page.sent).toEqual([{ path: '/auth/password/forgot', body: { email: 'ada@example.org' } }]);
});
