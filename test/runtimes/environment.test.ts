import { chmod, mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadEnvironment } from '../../src/adapters/environment.ts';
import { ConfigError, parseConfig } from '../../src/kernel/config/config.ts';
import type { Setting } from '../../src/kernel/config/setting.ts';
import { SETTINGS } from '../../src/kernel/config/settings.ts';

async function envFile(content: string): Promise<string> {
  const path = join(await mkdtemp(join(tmpdir(), 'pharos-env-')), '.env');
  await writeFile(path, content);
  return path;
}

test('a .env file is read: comments, quotes and all', async () => {
  const file = await envFile('# mine\nPORT=9000\nexport HOST=::\nMASTER_API_KEY="a b # c"\nJWT_PRIVATE_KEY="one\ntwo"\n');
  expect(loadEnvironment({}, file)).toEqual({ PORT: '9000', HOST: '::', MASTER_API_KEY: 'a b # c', JWT_PRIVATE_KEY: 'one\ntwo' });
});

test('the environment wins over the file, also where it sets a name to nothing', async () => {
  const file = await envFile('PORT=9000\nHOST=::\nLOG_LEVEL=debug');
  expect(loadEnvironment({ PORT: '1', HOST: '' }, file)).toEqual({ PORT: '1', HOST: '', LOG_LEVEL: 'debug' });
});

test('without the file the environment is all', async () => {
  expect(loadEnvironment({ PORT: '1' }, join(tmpdir(), 'no-such-folder', '.env'))).toEqual({ PORT: '1' });
});

test('unless told otherwise it is that of the process, and the file that in the working folder', () => {
  expect(loadEnvironment()).toMatchObject({ PATH: process.env.PATH });
});

test('a file that is there and cannot be read is an error, not an empty one', async () => {
  const folder = join(await mkdtemp(join(tmpdir(), 'pharos-env-')), '.env');
  await mkdir(folder);
  expect(() => loadEnvironment({}, folder)).toThrow(`${folder} cannot be read`);
});

describe('a secret in a file', () => {
  const NOWHERE = join(tmpdir(), 'no-such-folder', '.env');
  const load = (env: Record<string, string>) => loadEnvironment(env, NOWHERE);
  const SECRET = 'a-secret-that-nobody-may-read-anywhere';

  async function secretFile(content: string, name = 'secret'): Promise<string> {
    const path = join(await mkdtemp(join(tmpdir(), 'pharos-secret-')), name);
    await writeFile(path, content);
    return path;
  }
  function errorsOf(env: Record<string, string>) {
    try {
      load(env);
    } catch (error) {
      if (error instanceof ConfigError) return error;
      throw error;
    }
    throw new Error('the environment was accepted');
  }

  test('is read for every setting that is one, and for no other', async () => {
    const file = await secretFile(SECRET);
    for (const [name, { secret }] of Object.entries<Setting>(SETTINGS)) {
      expect(load({ [`${name}_FILE`]: file })[name], name).toBe(secret ? SECRET : undefined);
    }
  });

  test.each([
    ['one line break at its end is not part of it', 'word\n', 'word'],
    ['nor is that of Windows', 'word\r\n', 'word'],
    ['everything else is', ' wo\nrd \n\n', ' wo\nrd \n'],
  ])('%s', async (_, content, expected) => {
    expect(load({ POSTGRES_PASSWORD_FILE: await secretFile(content) }).POSTGRES_PASSWORD).toBe(expected);
  });

  test('is a setting as any other: checked, and refused by its name without its value', async () => {
    const short = load({ WORKER_SIGNING_KEY_FILE: await secretFile('too short a secret') });
    expect(() => parseConfig(short)).toThrow(/^WORKER_SIGNING_KEY: expected at least 32 characters$/);
    const right = load({ WORKER_SIGNING_KEY_FILE: await secretFile(SECRET) });
    expect(parseConfig(right).worker.signingKeys.current.reveal()).toBe(SECRET);
  });

  test('a process that is started with what was read reads the same', async () => {
    const dotenv = await envFile(`MASTER_API_KEY_FILE=${await secretFile(SECRET)}\n`);
    const first = loadEnvironment({}, dotenv);
    expect(first.MASTER_API_KEY).toBe(SECRET);
    expect(loadEnvironment(first, dotenv)).toEqual(first);
  });

  test('both the secret and its file are refused: nobody could tell which holds', async () => {
    const { errors } = errorsOf({ REDIS_URL: 'redis://one', REDIS_URL_FILE: await secretFile('redis://two') });
    expect(errors).toEqual([{ path: 'REDIS_URL', message: 'expected to be unset beside REDIS_URL_FILE' }]);
  });

  test('an empty name of a file, and an empty secret beside one, count as unset', async () => {
    expect(load({ HF_TOKEN: SECRET, HF_TOKEN_FILE: ' ' }).HF_TOKEN).toBe(SECRET);
    expect(load({ HF_TOKEN: '', HF_TOKEN_FILE: await secretFile(SECRET) }).HF_TOKEN).toBe(SECRET);
  });

  test('a file that gives none is refused by the name of its setting and its path, all of them at once', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'pharos-secret-'));
    const blank = await secretFile(' \n');
    const missing = join(folder, 'missing');
    const tooDeep = join(blank, 'deeper');
    const { errors } = errorsOf({
      JWT_SECRET_KEY_FILE: missing,
      MASTER_API_KEY_FILE: folder,
      HF_TOKEN_FILE: blank,
      SMTP_URL_FILE: tooDeep,
    });
    expect(Object.fromEntries(errors.map(({ path, message }) => [path, message]))).toEqual({
      JWT_SECRET_KEY_FILE: `expected a file that can be read, but ${missing} is not there`,
      MASTER_API_KEY_FILE: `expected a file that can be read, but ${folder} is a folder`,
      HF_TOKEN_FILE: `expected a file with the secret, but ${blank} is empty`,
      SMTP_URL_FILE: `expected a file that can be read, but ${tooDeep} cannot be (ENOTDIR)`,
    });
  });

  test('a file that is closed to this user is refused as such', async () => {
    const path = await secretFile(SECRET);
    await chmod(path, 0o000);
    await chmod(join(path, '..'), 0o711);
    const effective = process.seteuid !== undefined && process.getuid?.() === 0;
    if (effective) process.seteuid?.(65534);
    try {
      expect(errorsOf({ HF_TOKEN_FILE: path }).message).toBe(
        `HF_TOKEN_FILE: expected a file that can be read, but ${path} is closed to this user`,
      );
    } finally {
      if (effective) process.seteuid?.(0);
    }
  });

  test('a relative path is that of a systemd credential where systemd gives some, else of the working folder', async () => {
    const path = await secretFile(SECRET, 'jwt-secret-key');
    const env = { JWT_SECRET_KEY_FILE: 'jwt-secret-key', CREDENTIALS_DIRECTORY: join(path, '..') };
    expect(load(env).JWT_SECRET_KEY).toBe(SECRET);
    expect(load({ ...env, JWT_SECRET_KEY_FILE: path }).JWT_SECRET_KEY).toBe(SECRET);
    expect(load({ JWT_SECRET_KEY_FILE: 'package.json' }).JWT_SECRET_KEY).toContain('"name": "pharos"');
  });
});
