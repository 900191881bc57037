import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDatabase } from '../../src/adapters/open-database.ts';
import { findUsersByLogin } from '../../src/kernel/db/users.ts';

let dataDir: string;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'pharos-cli-'));
});
afterAll(() => rm(dataDir, { recursive: true, force: true }));

const pharos = (args: string[], input = '') =>
  new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
    const env = { PATH: process.env.PATH, DATA_DIR: dataDir };
    const child = execFile(process.execPath, ['bin/pharos.js', ...args], { env }, (error, stdout, stderr) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr }),
    );
    child.stdin?.end(input);
  });

async function user(name: string) {
  const database = await openDatabase({ database: { kind: 'sqlite', path: join(dataDir, 'pharos.db') } });
  const [found] = await findUsersByLogin(database.db, name);
  database.close();
  return found;
}

test('the first admin is made from the terminal, its password from standard input', async () => {
  const made = await pharos(['users', 'create', 'root', 'root@example.org', '--tier', 'admin'], 'a long enough phrase\n');
  expect(made).toMatchObject({ code: 0, stdout: expect.stringContaining('created root (admin)') });
  expect(await user('root')).toMatchObject({ tier: 'admin', active: true, passwordHash: expect.stringMatching(/^\$scrypt\$/) });
  const again = await pharos(['users', 'create', 'root', 'other@example.org'], 'a long enough phrase');
  expect(again).toMatchObject({ code: 2, stderr: expect.stringContaining('already taken') });
});

test('tiers change and users are deactivated by name or e-mail', async () => {
  await pharos(['users', 'create', 'ada', 'ada@example.org'], 'a long enough phrase');
  expect((await pharos(['users', 'tier', 'ada@example.org', 'premium'])).code).toBe(0);
  expect((await pharos(['users', 'deactivate', 'ada'])).code).toBe(0);
  expect(await user('ada')).toMatchObject({ tier: 'premium', active: false });
});

test('migrate can be run again and again', async () => {
  expect((await pharos(['migrate'])).code).toBe(0);
  expect((await pharos(['migrate'])).stdout).toContain('up to date');
});

test.each([
  [[], 'usage:'],
  [['users'], 'usage:'],
  [['users', 'create', 'x'], 'expected a username and an e-mail'],
  [['users', 'create', 'a b', 'w@example.org'], 'The username'],
  [['users', 'create', 'fine', 'nowhere'], 'no e-mail'],
  [['users', 'create', 'weak', 'w@example.org'], 'The password must have at least 8'],
  [['users', 'tier', 'nobody', 'premium'], 'no user nobody'],
  [['users', 'tier', 'root', 'owner'], 'expected a tier'],
  [['users', 'create', 'x', 'x@example.org', '--tier', 'owner'], 'expected a tier'],
])('a mistake is explained with exit code 2 (case %#)', async (args, message) => {
  const { code, stderr } = await pharos(args, 'short');
  expect(stderr).toContain(message);
  expect(code).toBe(2);
});
