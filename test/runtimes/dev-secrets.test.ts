import { execFile } from 'node:child_process';
import { chmod, mkdtemp, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { loadDevSecrets } from '../../src/adapters/dev-secrets.ts';
import { parseConfig } from '../../src/kernel/config/config.ts';

const folder = () => mkdtemp(join(tmpdir(), 'pharos-secrets-'));
const modeOf = async (path: string) => (await stat(path)).mode & 0o777;

test('dev secrets: two secrets of 48 random bytes are created with modes 0600, in a folder with 0700', async () => {
  const dataDir = join(await folder(), 'deep', 'data');
  const { jwtSecret, workerSigningKey } = await loadDevSecrets({ env: 'dev', dataDir });
  expect(jwtSecret).toMatch(/^[\w-]{64}$/);
  expect(workerSigningKey).toMatch(/^[\w-]{64}$/);
  expect(jwtSecret).not.toBe(workerSigningKey);
  expect(await modeOf(dataDir)).toBe(0o700);
  for (const name of await readdir(dataDir)) expect(await modeOf(join(dataDir, name)), name).toBe(0o600);
});

test('dev secrets: they complete the configuration and stay the same at the next start', async () => {
  const dataDir = await folder();
  const first = await loadDevSecrets({ env: 'dev', dataDir });
  expect(await loadDevSecrets({ env: 'dev', dataDir })).toEqual(first);
  const config = parseConfig({ DATA_DIR: dataDir }, first);
  expect(config.auth.secret.reveal()).toBe(first.jwtSecret);
  expect(config.worker.signingKeys.current.reveal()).toBe(first.workerSigningKey);
});

test('dev secrets: concurrent starts in one process and in several get the same secrets', async () => {
  const dataDir = await folder();
  const module = resolve('src/adapters/dev-secrets.ts');
  const script = `import { loadDevSecrets } from ${JSON.stringify(module)};
    console.log(JSON.stringify(await loadDevSecrets({ env: 'dev', dataDir: ${JSON.stringify(dataDir)} })));`;
  const elsewhere = async () => {
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module-typescript', '-e', script]);
    return JSON.parse(stdout);
  };
  const all = await Promise.all([
    elsewhere(),
    elsewhere(),
    ...Array.from({ length: 20 }, () => loadDevSecrets({ env: 'dev', dataDir })),
  ]);
  expect(new Set(all.map((secrets) => JSON.stringify(secrets))).size).toBe(1);
});

test('dev secrets: a file that other users may read gets mode 0600', async () => {
  const dataDir = await folder();
  const { jwtSecret } = await loadDevSecrets({ env: 'dev', dataDir });
  const path = join(dataDir, 'jwt-secret');
  await chmod(path, 0o644);
  expect((await loadDevSecrets({ env: 'dev', dataDir })).jwtSecret).toBe(jwtSecret);
  expect(await modeOf(path)).toBe(0o600);
});

test('dev secrets: an incomplete file is refused with what to do, and its content is not shown', async () => {
  const dataDir = await folder();
  await writeFile(join(dataDir, 'jwt-secret'), 'hunter2');
  const error = await loadDevSecrets({ env: 'dev', dataDir }).catch((reason: unknown) => reason);
  expect(String(error)).toMatch(/jwt-secret holds fewer than 32 characters; delete it and start again/);
  expect(String(error)).not.toContain('hunter2');
  expect(await readFile(join(dataDir, 'jwt-secret'), 'utf8')).toBe('hunter2');
});

test('dev secrets: a folder that cannot be created is refused by the name DATA_DIR', async () => {
  const file = join(await folder(), 'file');
  await writeFile(file, '');
  await expect(loadDevSecrets({ env: 'dev', dataDir: join(file, 'data') })).rejects.toThrow(
    /^DATA_DIR: expected a writable folder/,
  );
});

test.each(['staging', 'prod'] as const)('dev secrets: nothing is created with ENV=%s', async (env) => {
  const dataDir = join(await folder(), 'data');
  expect(await loadDevSecrets({ env, dataDir })).toEqual({});
  await expect(stat(dataDir)).rejects.toThrow('ENOENT');
});
