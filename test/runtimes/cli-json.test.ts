/** `--json` of commands that open the database, and the rule that every command with an answer takes it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { COMMANDS } from '../../cli/commands.ts';
import { runCommand } from '../support/kits/command-line.ts';

let dataDir: string;
let database: string;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'pharos-cli-json-'));
  database = join(dataDir, 'pharos.db');
});
afterAll(() => rm(dataDir, { recursive: true, force: true }));

const run = (args: string[], input: string) => runCommand([...args, '--json'], { DATA_DIR: dataDir }, input);
async function answer(args: string[], input = ''): Promise<unknown> {
  const { code, stdout, stderr } = await run(args, input);
  expect([code, stderr]).toEqual([0, '']);
  return JSON.parse(stdout);
}

/** They run until they are ended, or print what another program reads. */
const WITHOUT = ['mcp', 'completion', 'start', 'worker'];

test.each(Object.keys(COMMANDS).filter((name) => !WITHOUT.includes(name)))('pharos %s: takes --json', async (name) => {
  const command = await COMMANDS[name]?.load();
  expect(command?.options?.json?.description).toMatch(/^prints /);
});

test('migrate --json: the migrations that are applied and pending, and whether there is a database', async () => {
  expect(await answer(['migrate', 'status'])).toEqual({ database, exists: false });
  const up = (await answer(['migrate'])) as { applied: string[]; pending: string[] };
  expect(up).toEqual({ database, exists: true, applied: expect.any(Array), pending: [] });
  expect(up.applied.length).toBeGreaterThan(5);
  expect(await answer(['migrate', 'status'])).toEqual(up);
});

test('users --json: the account after each change', async () => {
  const id = expect.any(String);
  const made = await answer(['users', 'create', 'ada', 'ada@example.org'], 'a long enough phrase');
  expect(made).toEqual({ id, username: 'ada', email: 'ada@example.org', tier: 'free', database });
  const same = { id: (made as { id: string }).id, username: 'ada', database };
  expect(await answer(['users', 'tier', 'ada', 'premium'])).toEqual({ ...same, tier: 'premium' });
  expect(await answer(['users', 'deactivate', 'ada'])).toEqual({ ...same, active: false });
  const deleted = await run(['users', 'delete', 'ada', '--yes'], '');
  expect(JSON.parse(deleted.stdout)).toEqual({ ...same, deleted: true });
  // Without a server for mail, the notice is shown beside the answer.
  expect(deleted.stderr).toContain('mail to ada@example.org');
});

test('models --json: folders with their states, and the state after each change', async () => {
  const [built] = (await answer(['models', 'list'])) as { id: string; name: string }[];
  const folder = { path: expect.any(String), kind: expect.any(String), dimensions: 384, bytes: expect.any(Number) };
  expect(built).toMatchObject({ name: expect.stringContaining('MiniLM'), state: null, configured: true, folder });
  const { id = '', name = '' } = built ?? {};
  expect(await answer(['models', 'add', name])).toEqual({ id, state: 'building', database });
  expect(await answer(['models', 'retire', name])).toEqual({ id, state: 'retired', database });
  expect(await answer(['models', 'activate', name])).toMatchObject({ id, database });
  const [listed] = (await answer(['models', 'list'])) as object[];
  expect(listed).toMatchObject({ id, documents: { total: 0 } });
});

test('db --json: where a backup or a copy is, and the rows of a copy by table', async () => {
  const file = join(dataDir, 'backup.db');
  expect(await answer(['db', 'backup', file])).toEqual({ from: database, to: file });
  const [from, to] = [`file:${file}`, `file:${join(dataDir, 'copy.db')}`];
  expect(await answer(['db', 'copy', '--from', from, '--to', to])).toEqual({
    from: file,
    to: join(dataDir, 'copy.db'),
    tables: expect.arrayContaining([{ table: 'users', rows: expect.any(Number), checksum: expect.any(String) }]),
  });
});
