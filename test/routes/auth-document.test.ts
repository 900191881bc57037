import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestApp, type TestApp } from '../support/kits/app.ts';

const page = await readFile(new URL('../../docs/authentication.md', import.meta.url), 'utf8');

/** The curl commands in the sh blocks of the page, each on one line, with the status in its comment. */
const commands = [...page.matchAll(/```sh\n([\s\S]*?)```/g)]
  .flatMap(([, block = '']) =>
    block
      .replace(/\\\n\s*/g, '')
      .trim()
      .split('\n'),
  )
  .map((line) => {
    const match = /^(curl .*) # (\d{3})$/.exec(line);
    if (!match) throw new Error(`not a curl command with a status: ${line}`);
    return { command: match[1] as string, status: Number(match[2]) };
  });

/** Words as a shell splits them: '...' unchanged, "..." with \" and $NAME, others up to a space. */
function words(command: string, names: Readonly<Record<string, string>>): string[] {
  const expand = (text: string) =>
    text.replace(/\$([A-Z_]+)/g, (_, name: string) => {
      const value = names[name];
      if (value === undefined) throw new Error(`no response before this command has $${name}`);
      return value;
    });
  return [...command.matchAll(/(?:'[^']*'|"(?:\\.|[^"\\])*"|[^\s'"])+/g)].map(([word]) =>
    word.replace(/'([^']*)'|"((?:\\.|[^"\\])*)"|([^'"]+)/g, (_, single?: string, double?: string, plain?: string) =>
      single !== undefined ? single : expand((double ?? plain ?? '').replace(/\\(.)/g, '$1')),
    ),
  );
}

/** Reads -X, -H, -d and the URL; like curl, a body without a Content-Type is a form. */
function request(command: string, names: Readonly<Record<string, string>>): [string, RequestInit] {
  const headers = new Headers();
  const data: string[] = [];
  let method: string | undefined;
  let path = '';
  const [, ...rest] = words(command, names);
  while (rest.length > 0) {
    const word = rest.shift() as string;
    if (word === '-X') method = rest.shift();
    else if (word === '-d') data.push(rest.shift() ?? '');
    else if (word === '-H') headers.append(...((rest.shift() ?? '').split(/: (.*)/s, 2) as [string, string]));
    else path = word;
  }
  if (data.length > 0 && !headers.has('Content-Type')) headers.set('Content-Type', 'application/x-www-form-urlencoded');
  const body = data.length > 0 ? { body: data.join('&') } : {};
  return [path, { method: method ?? (data.length > 0 ? 'POST' : 'GET'), headers, ...body }];
}

const MASTER_API_KEY = 'm'.repeat(32);

let app: TestApp;
beforeAll(async () => {
  app = await createTestApp({ env: { MASTER_API_KEY } });
});
afterAll(() => app.close());

test('docs/authentication.md: every request gets the status that the page states, in order', async () => {
  expect(commands.length).toBeGreaterThan(20);
  const names: Record<string, string> = { PHAROS: '', MASTER_API_KEY };
  for (const { command, status } of commands) {
    const [path, init] = request(command, names);
    const response = await app.request(path, init);
    const text = await response.text();
    expect(response.status, `${command}\n${text}`).toBe(status);
    if (!response.ok || text === '') continue;
    for (const [name, value] of Object.entries(JSON.parse(text) as Record<string, unknown>))
      if (typeof value === 'string') names[name.toUpperCase()] = value;
  }
});
