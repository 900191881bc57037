/** The commands of `pharos` that call a server: a real app over HTTP, in this process. */
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { createAdaptorServer } from '@hono/node-server';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { serverUrl } from '../../cli/client/connect.ts';
import { configFolder, loginStore } from '../../cli/client/logins.ts';
import { createClient } from '../../clients/typescript/src/index.ts';
import { users } from '../../src/kernel/db/schema.sqlite.ts';
import { createTestApp, type TestApp } from '../support/kits/app.ts';
import { runCommand, runProgram } from '../support/kits/command-line.ts';
import { newLogin } from '../support/kits/typed-client.ts';

let app: TestApp;
let server: Server;
/** Every request that reached the app. */
const requested: string[] = [];
const countOf = (wanted: string) => requested.filter((each) => each === wanted).length;
let url: string;
let folder: string;
let home: string;
let settings: Record<string, string>;
let login: { username: string; password: string };

const listen = async (listener: Server) => {
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  return `http://127.0.0.1:${(listener.address() as AddressInfo).port}`;
};
const stop = async (listener: Server) => {
  listener.closeAllConnections();
  await new Promise((resolve) => listener.close(resolve));
};

beforeAll(async () => {
  app = await createTestApp({ env: { RATE_LIMIT_FREE_TIER: '100000' } });
  const fetch = (request: Request, ...rest: unknown[]) => {
    requested.push(`${request.method} ${new URL(request.url).pathname}`);
    return app.app.fetch(request, ...(rest as []));
  };
  server = createAdaptorServer({ fetch }) as Server;
  url = await listen(server);
});
afterAll(async () => {
  await stop(server);
  await app.close();
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pharos-command-'));
  home = join(folder, 'home');
  settings = { PHAROS_URL: url, HOME: home, XDG_CONFIG_HOME: join(home, '.config') };
  login = await newLogin(app);
  return () => rm(folder, { recursive: true, force: true });
});

const pharos = (args: string[], input = '', more: Record<string, string> = {}) =>
  runCommand(args, { ...settings, ...more }, input);
async function loggedIn() {
  expect(await pharos(['login', login.username], login.password)).toMatchObject({ code: 0, stderr: '' });
}
const client = () => createClient({ url, ...login });
const text = (about: string) => `A page about ${about}. `.repeat(8);
const write = async (path: string, content: string) => {
  const full = join(folder, path);
  await mkdir(join(full, '..'), { recursive: true });
  await writeFile(full, content);
  return full;
};
async function titles(): Promise<string[]> {
  const found: string[] = [];
  for await (const { content_type, id } of client().resources()) found.push(`${content_type} ${id}`);
  return found;
}

describe('logins', () => {
  const file = () => join(settings.XDG_CONFIG_HOME ?? '', 'pharos', 'logins.json');

  test('login: keeps tokens in a file of the owner alone, and logout ends the session and removes them', async () => {
    await loggedIn();
    expect((await stat(file())).mode & 0o777).toBe(0o600);
    expect((await stat(join(file(), '..'))).mode & 0o777).toBe(0o700);
    const stored = JSON.parse(await readFile(file(), 'utf8'))[url];
    expect(Object.keys(JSON.parse(await readFile(file(), 'utf8')))).toEqual([url]);
    expect((await pharos(['status'])).code).toBe(0);
    expect((await pharos(['logout'])).code).toBe(0);
    expect(JSON.parse(await readFile(file(), 'utf8'))).toEqual({});
    expect((await app.request('/auth/me', { headers: { Authorization: `Bearer ${stored.accessToken}` } })).status).toBe(401);
    expect(await pharos(['status'])).toMatchObject({ code: 2, stderr: expect.stringContaining('pharos login') });
  });

  test('login: a wrong password is told, and nothing is kept', async () => {
    const answer = await pharos(['login', login.username], 'another long phrase');
    expect(answer).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('Incorrect username or password') });
    await expect(stat(file())).rejects.toThrow('ENOENT');
  });

  test('credentials: tokens of one origin are sent to no other, and an API key not through a redirect', async () => {
    await loggedIn();
    const seen: (string | undefined)[] = [];
    const stranger = createServer((request, response) => {
      seen.push(request.headers.authorization);
      response.writeHead(401, { 'Content-Type': 'application/problem+json' }).end('{"detail":"no"}');
    });
    const elsewhere = await listen(stranger);
    const redirecting = createServer((_request, response) => response.writeHead(307, { Location: `${elsewhere}/steal` }).end());
    const redirect = await listen(redirecting);
    try {
      expect(await pharos(['status'], '', { PHAROS_URL: elsewhere })).toMatchObject({ code: 2 });
      const refused = await pharos(['status'], '', { PHAROS_URL: redirect, PHAROS_API_KEY: 'phk_secret' });
      expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('redirects') });
    } finally {
      await stop(stranger);
      await stop(redirecting);
    }
    expect(seen).toEqual([undefined]);
  });

  test('credentials: the .env of the working folder chooses neither server nor key', async () => {
    const seen: string[] = [];
    const stranger = createServer((request, response) => {
      seen.push(request.url ?? '');
      response.end('{}');
    });
    const elsewhere = await listen(stranger);
    const work = join(folder, 'work');
    await write('work/.env', `PHAROS_URL=${elsewhere}\nPHAROS_API_KEY=phk_x\n`);
    const before = process.cwd();
    process.chdir(work);
    try {
      await loggedIn();
      expect((await pharos(['status'])).code).toBe(0);
    } finally {
      process.chdir(before);
      await stop(stranger);
    }
    expect(seen).toEqual([]);
  });

  test('logins: processes that share a login refresh once', async () => {
    await loggedIn();
    app.clock.advance(31 * 60_000);
    const before = countOf('POST /auth/refresh');
    const stored = JSON.parse(await readFile(file(), 'utf8'));
    // By this machine's clock the token has not expired; the server's 401 starts the refresh.
    const runs = await Promise.all(Array.from({ length: 3 }, () => runProgram(['status'], settings)));
    expect(runs.map(({ code, stderr }) => [code, stderr])).toEqual(Array(3).fill([0, '']));
    expect(countOf('POST /auth/refresh') - before).toBe(1);
    expect(JSON.parse(await readFile(file(), 'utf8'))[url].refreshToken).not.toBe(stored[url].refreshToken);
  });

  test('logins: the lock of a process that died is taken over, and one in use is waited for', async () => {
    const store = loginStore(join(home, 'x'), 'http://a');
    const order: number[] = [];
    const started = Promise.withResolvers<void>();
    const release = Promise.withResolvers<void>();
    const first = store.lock?.(async () => {
      started.resolve();
      await release.promise;
      order.push(1);
    });
    await started.promise;
    const second = store.lock?.(async () => void order.push(2));
    release.resolve();
    await Promise.all([first, second]);
    expect(order).toEqual([1, 2]);
    const lock = await write('home/x/logins.lock', '');
    const { utimes } = await import('node:fs/promises');
    await utimes(lock, 1, 1);
    await store.lock?.(async () => void order.push(3));
    expect(order.at(-1)).toBe(3);
  });

  test.each([
    ['http://ada:geheim@127.0.0.1:1', 2, 'PHAROS_URL must not contain credentials'],
    ['http://:geheim@127.0.0.1:1', 2, 'PHAROS_URL must not contain credentials'],
    ['ftp://ada:geheim@127.0.0.1', 2, 'PHAROS_URL must not contain credentials'],
    ['http://127.0.0.1:1/?key=1', 2, 'PHAROS_URL: expected an address'],
    ['file:///etc', 2, 'PHAROS_URL: expected an address'],
    ['HTTP://127.0.0.1:1//', 1, 'http://127.0.0.1:1 did not respond'],
  ])('PHAROS_URL %s: exits with %d, and no password is repeated', async (PHAROS_URL, code, message) => {
    for (const [command = '', ...more] of [['status'], ['login', 'ada'], ['ingest', folder]]) {
      const refused = await pharos([command, ...more], 'a password', { PHAROS_URL });
      expect(refused).toMatchObject({ code, stdout: '', stderr: expect.stringContaining(message) });
      expect(refused.stderr).not.toContain('geheim');
    }
  });

  test('PHAROS_URL: slashes at its end, and one that is empty, are as none', () => {
    expect(serverUrl({ PHAROS_URL: 'http://a:1/api//' })).toBe('http://a:1/api');
    expect(serverUrl({ PHAROS_URL: '' })).toBe('http://localhost:8000');
    expect(serverUrl({})).toBe('http://localhost:8000');
  });

  test('configFolder: is where each operating system keeps settings', () => {
    expect(configFolder({ HOME: '/home/ada' }, 'linux')).toBe('/home/ada/.config/pharos');
    expect(configFolder({ HOME: '/home/ada', XDG_CONFIG_HOME: '/cfg' }, 'linux')).toBe('/cfg/pharos');
    expect(configFolder({ HOME: '/home/ada', XDG_CONFIG_HOME: '.' }, 'linux')).toBe('/home/ada/.config/pharos');
    expect(configFolder({ HOME: '/Users/ada' }, 'darwin')).toBe('/Users/ada/Library/Application Support/pharos');
    expect(configFolder({ APPDATA: '/roaming' }, 'win32')).toBe('/roaming/pharos');
  });
});

describe('ingest', () => {
  beforeEach(loggedIn);

  test('ingest: a folder without links, hidden, secret and ignored files, and it says how many', async () => {
    await write('notes/a.md', text('ferns'));
    await write('notes/deep/b.txt', text('moss'));
    await write('notes/.hidden.md', text('hidden'));
    await write('notes/.env', 'SECRET=1');
    await write('notes/id_rsa', 'key');
    await write('notes/tls.pem', 'key');
    await write('notes/build/out.txt', text('built'));
    await write('notes/deep/keep-log.txt', text('a kept log'));
    await write('notes/deep/drop-log.txt', text('a dropped log'));
    await write('notes/.gitignore', 'build/\n*-log.txt\n');
    await write('notes/deep/.gitignore', '!keep-log.txt\n');
    const outside = await write('outside/private.txt', text('private'));
    await symlink(outside, join(folder, 'notes/link.txt'));
    await symlink(join(folder, 'outside'), join(folder, 'notes/linked'));
    const { code, stdout, stderr } = await pharos(['ingest', join(folder, 'notes'), '--detach', '--json']);
    expect([code, stderr]).toEqual([0, '']);
    const { documents, skipped } = JSON.parse(stdout);
    const names = documents.map(({ source }: { source: string }) => source.slice(join(folder, 'notes').length + 1));
    expect(names).toEqual(['a.md', 'deep/b.txt', 'deep/keep-log.txt']);
    // Hidden: .gitignore twice and .hidden.md.
    expect(skipped).toEqual({ hidden: 3, secret: 3, ignored: 2, link: 2, special: 0 });
    expect(await titles()).toHaveLength(3);
    const again = await pharos(['ingest', join(folder, 'notes'), '--detach']);
    expect(again.stdout).toContain(
      '3 present; left out: 3 hidden, 3 with the name of a secret file, 2 named by .gitignore, 2 links',
    );
  });

  test('ingest: a secret or hidden file that is named is sent, and a link that is named is followed', async () => {
    const named = await write('notes/.env', `NAME=${text('variables')}`);
    const target = await write('outside/page.txt', text('a linked page'));
    await symlink(target, join(folder, 'page'));
    const { code, stderr } = await pharos(['ingest', named, join(folder, 'page'), '--detach', '--json']);
    // The type of .env is unknown to the server, which may refuse it; that it was sent is what counts.
    expect(stderr).not.toContain('secret');
    expect([0, 1]).toContain(code);
    expect((await titles()).length).toBeGreaterThanOrEqual(1);
  });

  test('ingest: a repeated run sends nothing that the server has, and sends again what was deleted there', async () => {
    await write('notes/a.md', text('one'));
    await write('notes/b.md', text('two'));
    const uploads = () => countOf('POST /resources/upload');
    const first = JSON.parse((await pharos(['ingest', join(folder, 'notes'), '--detach', '--json'])).stdout);
    const after = uploads();
    expect(after).toBeGreaterThanOrEqual(2);
    const second = JSON.parse((await pharos(['ingest', join(folder, 'notes'), '--detach', '--json'])).stdout);
    expect(second.documents.map(({ status }: { status: string }) => status)).toEqual(['present', 'present']);
    expect(uploads()).toBe(after);
    await client().delete('/resources/{id}', { params: { path: { id: first.documents[0].id } } });
    const third = JSON.parse((await pharos(['ingest', join(folder, 'notes'), '--detach', '--json'])).stdout);
    expect(third.documents.map(({ status }: { status: string }) => status)).toEqual(['sent', 'present']);
  });

  test('ingest: asks for 1,000 files at once which the server has, and lists no documents', async () => {
    await Promise.all(Array.from({ length: 30 }, (_, at) => write(`notes/${at}.md`, text(`thing ${at}`))));
    const counts = () => [countOf('POST /resources/known'), countOf('GET /resources')] as const;
    const before = counts();
    for (const status of ['sent', 'present']) {
      const { stdout } = await pharos(['ingest', join(folder, 'notes'), '--detach']);
      expect(stdout).toMatch(new RegExp(`^30 ${status}$`, 'm'));
    }
    expect(counts()).toEqual([before[0] + 2, before[1]]);
  });

  test('ingest: knows files that another machine sent, and sends again what failed', async () => {
    const [sent, failed] = [text('sent elsewhere'), text('failed before')];
    await write('notes/a.md', sent);
    await write('notes/b.md', failed);
    const { id } = await client().create({ content: sent });
    const { id: other } = await client().create({ content: failed });
    await client().post('/resources/{id}/cancel', { params: { path: { id: other } } });
    const { stdout } = await pharos(['ingest', join(folder, 'notes'), '--detach', '--json']);
    const { documents } = JSON.parse(stdout) as { documents: { id: string; status: string }[] };
    expect(documents.map((each) => [each.id, each.status])).toEqual([
      [id, 'present'],
      [other, 'sent'],
    ]);
  });

  test('ingest: a key that may only write sends everything, and the server tells what it had', async () => {
    await write('notes/a.md', text('written only'));
    await client().create({ content: text('written only') });
    const { key } = await client().post('/auth/api-keys', { body: { name: 'w', scopes: ['resources:write'] } });
    const { code, stdout } = await pharos(['ingest', join(folder, 'notes'), '--detach'], '', { PHAROS_API_KEY: key });
    expect([code, stdout.split('\n').at(-2)]).toEqual([0, '1 present']);
  });

  test('ingest: a file that is too large is refused without being sent, and the others are sent', async () => {
    await write('notes/a.md', text('stays'));
    await write('notes/big.md', 'x'.repeat(50 * 1024 * 1024 + 1));
    const { code, stdout } = await pharos(['ingest', join(folder, 'notes'), '--detach']);
    expect(code).toBe(1);
    expect(stdout).toMatch(/refused .*big\.md: it is larger than 50 MB\n1 sent, 1 refused\n$/);
  });

  test('ingest: standard input larger than a document may be is refused before it is read whole', async () => {
    const most = 50 * 1024 * 1024;
    const { code, stdout } = await pharos(['ingest', '-', '--name', 'a.txt', '--json'], 'x'.repeat(most + 1));
    expect(code).toBe(1);
    expect(JSON.parse(stdout).documents).toMatchObject([{ status: 'refused', reason: 'standard input is larger than 50 MB' }]);
  });

  test('ingest: what was sent is told where the key ends in the middle, and the next run sends the rest', async () => {
    for (const name of ['a', 'b', 'c']) await write(`notes/${name}.md`, text(`part ${name}`));
    const front = createServer(async (incoming, outgoing) => {
      if (incoming.url === '/resources/upload') uploads += 1;
      if (uploads > 1) return void outgoing.writeHead(401).end();
      const body = ['GET', 'HEAD'].includes(incoming.method ?? '') ? undefined : await buffer(incoming);
      const {
        host: _host,
        connection: _connection,
        'transfer-encoding': _encoding,
        expect: _expect,
        ...headers
      } = incoming.headers;
      const answer = await fetch(url + incoming.url, {
        method: incoming.method ?? '',
        headers: headers as Record<string, string>,
        ...(body ? { body } : {}),
      });
      const { 'content-encoding': _coding, 'transfer-encoding': _chunks, ...rest } = Object.fromEntries(answer.headers);
      outgoing.writeHead(answer.status, rest).end(Buffer.from(await answer.arrayBuffer()));
    });
    let uploads = 0;
    const PHAROS_URL = await listen(front);
    const { key: PHAROS_API_KEY } = await client().post('/auth/api-keys', { body: { name: 'sender' } });
    const ingest = (json: string[]) =>
      pharos(['ingest', join(folder, 'notes'), '--concurrency', '1', '--detach', ...json], '', { PHAROS_URL, PHAROS_API_KEY });
    try {
      const { code, stdout, stderr } = await ingest(['--json']);
      expect([code, stderr]).toEqual([1, expect.stringContaining('does not take PHAROS_API_KEY')]);
      expect(JSON.parse(stdout).documents).toMatchObject([{ source: expect.stringContaining('a.md'), status: 'sent' }]);
      uploads = Number.NEGATIVE_INFINITY;
      expect((await ingest([])).stdout).toContain('1 present, 2 sent');
    } finally {
      await stop(front);
    }
  });

  test('ingest: addresses, patterns and standard input, with tags', async () => {
    await write('notes/a.md', text('globbed'));
    const work = process.cwd();
    process.chdir(folder);
    try {
      const sources = ['notes/*.md', 'https://example.org/article', '-'];
      const sent = await pharos(['ingest', ...sources, '--name', 'in.md', '--tags', 'x, y', '--detach', '--json'], text('input'));
      expect(sent).toMatchObject({ code: 0, stderr: '' });
      expect(JSON.parse(sent.stdout).documents.map(({ status }: { status: string }) => status)).toEqual(['sent', 'sent', 'sent']);
    } finally {
      process.chdir(work);
    }
    for await (const { tags } of client().resources()) expect(tags).toEqual(['x', 'y']);
    expect((await titles()).filter((title) => title.startsWith('text/markdown'))).toHaveLength(2);
  });

  test('ingest: a refused file does not stop the others, and the exit code is 1', async () => {
    await write('notes/a.md', text('fine'));
    await write('notes/empty.md', '');
    await writeFile(join(folder, 'notes/picture.png'), Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'));
    const { code, stdout, stderr } = await pharos(['ingest', join(folder, 'notes'), '--detach']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^(?:\[[123]\/3\] (?:sent|refused) .*\n){3}2 of 3 documents were refused or failed\n$/);
    expect(stdout).toMatch(/sent .*a\.md/);
    expect(stdout).toMatch(/refused .*empty\.md: /);
    expect(stdout).toMatch(/refused .*picture\.png: /);
  });

  test('ingest: of a folder, what is certainly no document is refused without being sent, and the server decides about the rest', async () => {
    await write('notes/a.md', text('readable'));
    await write('notes/run.bin', `\x7fELF${'\0'.repeat(200)}`);
    const picture = join(folder, 'notes/picture.png');
    await writeFile(picture, Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'));
    // A format of a later version may begin so.
    await writeFile(join(folder, 'notes/old.doc'), Buffer.from(`d0cf11e0a1b11ae1${'00'.repeat(100)}`, 'hex'));
    const uploads = () => countOf('POST /resources/upload');
    const before = uploads();
    const { code, stdout } = await pharos(['ingest', join(folder, 'notes'), '--detach']);
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /refused .*run\.bin: it is a program, which is not sent from a folder; send its documentation or its source code\n/,
    );
    expect(stdout).toMatch(/refused .*picture\.png: it is a PNG image, which is not sent from a folder; send its text/);
    expect(stdout).toMatch(/refused .*old\.doc: .*save it without a password/);
    expect(uploads() - before).toBe(2);
    const named = await pharos(['ingest', picture, '--detach', '--json']);
    expect(JSON.parse(named.stdout).documents).toMatchObject([
      { status: 'refused', reason: expect.stringContaining('This is a PNG image') },
    ]);
    expect(uploads() - before).toBe(3);
  });

  test('ingest: documents that the server has but has not processed yet are followed, and the table tells how they end', async () => {
    await write('notes/a.md', text('still under way'));
    const { id } = await client().create({ content: text('still under way') });
    const page = await client().create({ url: 'https://example.org/under-way' });
    const streams = countOf('GET /progress/events');
    const running = pharos(['ingest', join(folder, 'notes'), 'https://example.org/under-way', '--json']);
    await expect.poll(() => countOf('GET /progress/events'), { timeout: 20_000 }).toBeGreaterThan(streams);
    for (const each of [id, page.id]) await client().post('/resources/{id}/cancel', { params: { path: { id: each } } });
    const { code, stdout } = await running;
    expect(code).toBe(1);
    expect(JSON.parse(stdout).documents).toMatchObject([
      { id, status: 'failed', reason: expect.stringContaining('Cancelled') },
      { id: page.id, status: 'failed', reason: expect.stringContaining('Cancelled') },
    ]);
  });

  test.each([
    [['nothing-here'], 'There is no file or folder nothing-here'],
    [['none/**/*.md'], 'There is no file that matches none/**/*.md'],
    [['/dev/null'], '/dev/null is neither a file nor a folder'],
    [['-', '--concurrency', '99'], '--concurrency: expected a whole number from 1 to 16'],
  ])('ingest %j: exits with 2 and names the mistake', async (args, message) => {
    expect(await pharos(['ingest', ...args])).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining(message) });
  });
});

describe('documents', () => {
  beforeEach(loggedIn);
  const HOSTILE = 'Nice\u001b[2J\u001b]0;owned\u0007\u009b31m \u202Etxt.exe\u2066';
  // Everything that a terminal would obey, but for line breaks.
  const CONTROL = /[^\P{Cc}\n]|[\u202a-\u202e\u2066-\u2069]/u;

  test("documents: control characters of a stranger's title, tag and address never reach the terminal", async () => {
    const body = { ...{ content: text('hostile things'), title: HOSTILE }, tags: [HOSTILE] };
    const { id } = await client().create(body);
    for (const args of [
      ['show', id],
      ['show', id, '--json'],
      ['show', id, '--text'],
      ['status'],
      ['status', id, '--json'],
      ['tag', id, 'more'],
      ['rm', id, '--yes'],
    ]) {
      const { code, stdout, stderr } = await pharos(args);
      expect([args[0], code, stderr]).toEqual([args[0], 0, '']);
      expect(stdout, args.join(' ')).not.toMatch(CONTROL);
      expect(stdout).toMatch(/\n$/);
    }
  });

  test("errors: control characters of a server's message never reach the terminal", async () => {
    const hostile = createServer((_request, response) => {
      response.writeHead(409, { 'Content-Type': 'application/problem+json' }).end(JSON.stringify({ detail: HOSTILE }));
    });
    const elsewhere = await listen(hostile);
    try {
      const { code, stderr } = await pharos(['show', 'x'], '', { PHAROS_URL: elsewhere });
      expect([code, stderr]).toEqual([1, 'Nice[2J]0;owned31m txt.exe\n']);
    } finally {
      await stop(hostile);
    }
  });

  test('show: names the file and the type of a document', async () => {
    const { id } = await client().upload(new File(['name,oil\nlamp,3\n'], 'stores.csv'));
    expect((await pharos(['show', id])).stdout).toMatch(/^file +stores\.csv\ntype +text\/csv\n/m);
  });

  test('tag: adds and removes', async () => {
    const { id } = await client().create({ content: text('tags'), tags: ['a'] });
    expect((await pharos(['tag', id, 'b', 'c', 'b'])).stdout).toBe('tags: a, b, c\n');
    expect((await pharos(['tag', id, 'a', 'b', '--remove'])).stdout).toBe('tags: c\n');
  });

  test('rm: needs --yes without a terminal, and deletes nothing if one id is wrong', async () => {
    const { id } = await client().create({ content: text('removal') });
    expect(await pharos(['rm', id])).toMatchObject({ code: 2, stderr: expect.stringContaining('--yes') });
    expect((await pharos(['rm', id, 'wrong', '--yes'])).code).toBe(1);
    expect((await pharos(['show', id])).code).toBe(0);
    expect(await pharos(['rm', id, '--yes'])).toMatchObject({ code: 0, stdout: `deleted ${id}\n` });
    expect(await pharos(['show', id])).toMatchObject({ code: 1, stdout: '' });
  });

  test('open: prints an http address, and says that a text has none', async () => {
    const { id } = await client().create({ url: 'https://example.org/a%1bb' });
    expect((await pharos(['open', id, '--print'])).stdout).toBe('https://example.org/a%1bb\n');
    const other = await client().create({ content: text('no address') });
    expect(await pharos(['open', other.id, '--print'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('has no address'),
    });
  });

  test('open: a document without an address is saved under a name of its own, and opened unless it is a page', async () => {
    const content = text('an original');
    const harmless = await client().upload(new File([content], 'run.txt', { type: 'text/plain' }));
    const opened = await pharos(['open', harmless.id], '', { BROWSER: 'true' });
    expect(opened).toMatchObject({ code: 0, stdout: expect.stringMatching(/[/\\]document\.txt\n$/) });
    expect(await readFile(opened.stdout.trim(), 'utf8')).toBe(content);
    // Were it opened, the program that is missing would be told.
    expect(await pharos(['open', harmless.id], '', { BROWSER: 'no-such-program' })).toMatchObject({ code: 1 });
    const page = await client().upload(new File([`<!doctype html><p>${content}`], 'a.html', { type: 'text/html' }));
    expect(await pharos(['open', page.id], '', { BROWSER: 'no-such-program' })).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/[/\\]document\.html\n$/),
    });
  });

  test.each([
    ['letter.rtf', `{\\rtf1 An original}`, 'rtf'],
    ['setup.sh', '#!/bin/sh\necho original\n', 'txt'],
    ['run.desktop', '[Desktop Entry]\nType=Application\nExec=sh\n', 'txt'],
    ['day.ics', 'BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:Original\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n', 'ics'],
  ])('open: the original of %s has the extension of its format', async (name, content, extension) => {
    const { id } = await client().upload(new File([content], name));
    const opened = await pharos(['open', id], '', { BROWSER: 'true' });
    expect(opened).toMatchObject({ code: 0, stdout: expect.stringMatching(new RegExp(`[/\\\\]document\\.${extension}\n$`)) });
    expect(await readFile(opened.stdout.trim(), 'utf8')).toBe(content);
    expect(await pharos(['open', id], '', { BROWSER: 'no-such-program' })).toMatchObject({ code: 1 });
  });

  test('keys: are made, listed and deleted with a login, and a key may not', async () => {
    const made = await pharos(['keys', 'create', 'reader', '--scopes', 'resources:read', '--expires', '2099-01-31']);
    expect(made).toMatchObject({ code: 0, stderr: '' });
    const key = made.stdout.trim();
    expect((await pharos(['status'], '', { PHAROS_API_KEY: key })).code).toBe(0);
    const refused = await pharos(['keys', 'list'], '', { PHAROS_API_KEY: key });
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('pharos login') });
    const [listed] = JSON.parse((await pharos(['keys', 'list', '--json'])).stdout);
    expect(listed).toMatchObject({ name: 'reader', scopes: ['resources:read'] });
    expect((await pharos(['keys', 'list'])).stdout).toContain('reader');
    expect((await pharos(['keys', 'delete', listed.id])).code).toBe(0);
    expect((await pharos(['keys', 'list'])).stdout).toBe('There are no keys.\n');
    expect((await pharos(['jobs', 'list'])).code).toBe(1);
  });

  test('keys: one for deleting has that scope alone, and deletes', async () => {
    const made = await pharos(['keys', 'create', 'cleaner', '--scopes', 'resources:read,resources:delete', '--json']);
    const { key, scopes } = JSON.parse(made.stdout);
    expect(scopes.toSorted()).toEqual(['resources:delete', 'resources:read']);
    const deleting = await pharos(['keys', 'create', 'deleter', '--scopes', 'resources:delete', '--json']);
    expect(JSON.parse(deleting.stdout).scopes).toEqual(['resources:delete']);
    const { id } = await client().create({ content: text('something to clean') });
    expect(await pharos(['rm', id, '--yes'], '', { PHAROS_API_KEY: key })).toMatchObject({ code: 0, stdout: `deleted ${id}\n` });
    expect((await pharos(['tag', id, 'x'], '', { PHAROS_API_KEY: key })).code).toBe(1);
  });

  test('--json: every command that changes something answers with one JSON object', async () => {
    const answer = async (args: string[], input = '') => {
      const { code, stdout, stderr } = await pharos([...args, '--json'], input);
      expect([args[0], code, stderr]).toEqual([args[0], 0, '']);
      return JSON.parse(stdout);
    };
    const { id } = await client().create({ url: 'https://example.org/json' });
    const other = await client().create({ content: text('json') });
    expect(await answer(['open', id, '--print'])).toEqual({ id, url: 'https://example.org/json' });
    expect(await answer(['tag', id, 'a', 'b'])).toMatchObject({ id, tags: ['a', 'b'] });
    expect(await answer(['cancel', id, other.id])).toEqual({ stopped: [id, other.id] });
    expect(await answer(['rm', id, other.id, '--yes'])).toEqual({ deleted: [id, other.id] });
    const key = await answer(['keys', 'create', 'x']);
    expect(await answer(['keys', 'delete', key.id])).toEqual({ deleted: key.id });
    expect(await answer(['login', login.username], login.password)).toEqual({
      server: url,
      logged_in: true,
      username: login.username,
    });
    expect(await answer(['logout'])).toEqual({ server: url, logged_in: false });
  });

  test('cancel --json: what was stopped is told although a later id is wrong', async () => {
    const { id } = await client().create({ content: text('half of it') });
    const { code, stdout } = await pharos(['cancel', id, 'wrong', '--json']);
    expect([code, JSON.parse(stdout)]).toEqual([1, { stopped: [id] }]);
  });

  test('cancel: stops documents that are processed, and says where there is nothing to stop', async () => {
    const [one, two] = [await client().create({ content: text('one to stop') }), await client().create({ content: text('two') })];
    expect(await pharos(['cancel', one.id, two.id])).toMatchObject({ code: 0, stdout: `stopped ${one.id}\nstopped ${two.id}\n` });
    expect((await pharos(['status', one.id])).stdout).toMatch(/^failed .*Cancelled/);
    expect(await pharos(['cancel', one.id])).toMatchObject({ code: 1, stderr: expect.stringContaining('nothing to cancel') });
  });

  test('jobs: are listed, cancelled and retried by an admin, and by no other', async () => {
    await client().create({ content: text('a job to end') });
    expect(await pharos(['jobs', 'cancel', 'x'])).toMatchObject({ code: 1, stdout: '' });
    const { db } = app.services;
    await db.update(users).set({ tier: 'admin' }).where(eq(users.username, login.username));
    expect((await pharos(['login', login.username], login.password)).code).toBe(0);
    const [queued] = JSON.parse((await pharos(['jobs', 'list', '--state', 'queued', '--limit', '1', '--json'])).stdout);
    expect(await pharos(['jobs', 'cancel', queued.id])).toMatchObject({ code: 0, stdout: `cancelled ${queued.id}\n` });
    expect(await pharos(['jobs', 'cancel', queued.id])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('only a queued or running job can be cancelled'),
    });
    expect((await pharos(['jobs', 'retry', queued.id])).stdout).toMatch(/^queued as /);
    const [next] = JSON.parse((await pharos(['jobs', 'list', '--state', 'queued', '--limit', '1', '--json'])).stdout);
    const cancelled = await pharos(['jobs', 'cancel', next.id, '--json']);
    expect(JSON.parse(cancelled.stdout)).toMatchObject({ id: next.id, state: 'cancelled' });
    const retried = await pharos(['jobs', 'retry', next.id, '--json']);
    expect(JSON.parse(retried.stdout)).toMatchObject({ id: expect.any(String), resource_id: next.resource_id });
  });

  test('taxonomy: is shown, replaced from a file by an admin, and not over changes of another', async () => {
    const { db } = app.services;
    await db.update(users).set({ tier: 'admin' }).where(eq(users.username, login.username));
    expect((await pharos(['login', login.username], login.password)).code).toBe(0);
    const file = join(folder, 'taxonomy.json');
    const write = (tree: unknown) => writeFile(file, typeof tree === 'string' ? tree : JSON.stringify(tree));
    await write({ categories: [{ id: 'a', label: 'Alpha', children: [{ id: 'a.b', label: 'Beta' }] }] });
    const first = await pharos(['taxonomy', 'replace', file]);
    expect(first).toMatchObject({ code: 0, stdout: expect.stringMatching(/^version 1, \d+ documents are categorised anew\n$/) });
    expect((await pharos(['taxonomy', 'show'])).stdout).toBe('Alpha  a\n  Beta  a.b\n');

    const shown = (await pharos(['taxonomy', 'show', '--json'])).stdout;
    await write(shown);
    expect(JSON.parse((await pharos(['taxonomy', 'replace', file, '--json'])).stdout)).toMatchObject({
      version: 1,
      documents: 0,
    });
    const { version } = await client().put('/taxonomy', { body: { categories: [] } });
    const late = await pharos(['taxonomy', 'replace', file]);
    expect(late).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('the taxonomy has changed since') });
    expect((await pharos(['taxonomy', 'show'])).stdout).toBe('There are no categories.\n');
    expect((await pharos(['taxonomy', 'replace', file, '--force'])).stdout).toMatch(`version ${version + 1}`);

    await write({ categories: [{ id: 'a' }] });
    const wrong = await pharos(['taxonomy', 'replace', file]);
    expect(wrong).toMatchObject({ code: 1, stderr: expect.stringContaining('categories.0.label: ') });
    for (const [text, message] of [
      ['{', 'is not JSON'],
      ['[]', 'has no "categories"'],
    ] as const) {
      await write(text);
      expect(await pharos(['taxonomy', 'replace', file])).toMatchObject({ code: 2, stderr: expect.stringContaining(message) });
    }
    expect((await pharos(['taxonomy', 'replace', join(folder, 'none.json')])).stderr).toContain('cannot be read');
  });

  test.each([
    [['search', 'x', '--mode', 'loud'], '--mode: expected one of hybrid, semantic, keyword'],
    [['search', 'x', '--sort', 'size'], '--sort: expected one of relevance, date, title'],
    [['search', 'x', '--quality', '2'], '--quality: expected a number from 0 to 1'],
    [['search', 'x', '--limit', '0'], '--limit: expected a whole number from 1 to 100'],
    [['keys', 'create', 'x', '--scopes', 'everything'], '--scopes: expected one of'],
    [['keys', 'create', 'x', '--expires', 'soon'], '--expires: expected a date'],
    [['search'], 'missing argument <words>'],
  ])('pharos %j: exits with 2 and names the mistake', async (args, message) => {
    expect(await pharos(args)).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining(message) });
  });
});

test('pharos: a server that is not there is named, with what to do', async () => {
  const { code, stderr } = await pharos(['status'], '', { PHAROS_URL: 'http://127.0.0.1:1', PHAROS_API_KEY: 'k' });
  expect(code).toBe(1);
  expect(stderr).toContain('http://127.0.0.1:1 did not respond. Is Pharos running there?');
  expect((await pharos(['status'], '', { PHAROS_URL: 'localhost:8000' })).stderr).toContain('PHAROS_URL: expected an address');
});
