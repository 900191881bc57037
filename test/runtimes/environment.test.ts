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

test('environment: a .env file may have comments, quotes, export and several lines', async () => {
  const file = await envFile('# mine\nPORT=9000\nexport HOST=::\nMASTER_API_KEY="a b # c"\nJWT_PRIVATE_KEY="one\ntwo"\n');
  expect(loadEnvironment({}, file)).toEqual({ PORT: '9000', HOST: '::', MASTER_API_KEY: 'a b # c', JWT_PRIVATE_KEY: 'one\ntwo' });
});

test('environment: a variable overrides the .env file, also when it is empty', async () => {
  const file = await envFile('PORT=9000\nHOST=::\nLOG_LEVEL=debug');
  expect(loadEnvironment({ PORT: '1', HOST: '' }, file)).toEqual({ PORT: '1', HOST: '', LOG_LEVEL: 'debug' });
});

test('environment: a missing .env file is the same as an empty one', async () => {
  expect(loadEnvironment({ PORT: '1' }, join(tmpdir(), 'no-such-folder', '.env'))).toEqual({ PORT: '1' });
});

test('environment: the default is that of the process', () => {
  expect(loadEnvironment()).toMatchObject({ PATH: process.env.PATH });
});

test('environment: an unreadable .env file is an error', async () => {
  const folder = join(await mkdtemp(join(tmpdir(), 'pharos-env-')), '.env');
  await mkdir(folder);
  expect(() => loadEnvironment({}, folder)).toThrow(`${folder} cannot be read`);
});

describe('loadEnvironment: NAME_FILE', () => {
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

  test('secret file: NAME_FILE is read for every secret setting and for no other setting', async () => {
    const file = await secretFile(SECRET);
    for (const [name, { secret }] of Object.entries<Setting>(SETTINGS)) {
      expect(load({ [`${name}_FILE`]: file })[name], name).toBe(secret ? SECRET : undefined);
    }
  });

  test.each([
    ['secret file: the last line break is removed', 'word\n', 'word'],
    ['secret file: a Windows line break at the end is removed', 'word\r\n', 'word'],
    ['secret file: spaces and further line breaks are kept', ' wo\nrd \n\n', ' wo\nrd \n'],
  ])('%s', async (_, content, expected) => {
    expect(load({ POSTGRES_PASSWORD_FILE: await secretFile(content) }).POSTGRES_PASSWORD).toBe(expected);
  });

  test('secret file: the value is validated as a setting, and an error names the setting without the value', async () => {
    const short = load({ WORKER_SIGNING_KEY_FILE: await secretFile('too short a secret') });
    expect(() => parseConfig(short)).toThrow(/^WORKER_SIGNING_KEY: expected at least 32 characters$/);
    const right = load({ WORKER_SIGNING_KEY_FILE: await secretFile(SECRET) });
    expect(parseConfig(right).worker.signingKeys.current.reveal()).toBe(SECRET);
  });

  test('secret file: a child process with the loaded environment loads the same', async () => {
    const dotenv = await envFile(`MASTER_API_KEY_FILE=${await secretFile(SECRET)}\n`);
    const first = loadEnvironment({}, dotenv);
    expect(first.MASTER_API_KEY).toBe(SECRET);
    expect(loadEnvironment(first, dotenv)).toEqual(first);
  });

  test('secret file: NAME and NAME_FILE together are refused', async () => {
    const { errors } = errorsOf({ REDIS_URL: 'redis://one', REDIS_URL_FILE: await secretFile('redis://two') });
    expect(errors).toEqual([{ path: 'REDIS_URL', message: 'expected to be unset beside REDIS_URL_FILE' }]);
  });

  test('secret file: an empty NAME_FILE, and an empty NAME beside a file, count as unset', async () => {
    expect(load({ HF_TOKEN: SECRET, HF_TOKEN_FILE: ' ' }).HF_TOKEN).toBe(SECRET);
    expect(load({ HF_TOKEN: '', HF_TOKEN_FILE: await secretFile(SECRET) }).HF_TOKEN).toBe(SECRET);
  });

  test('secret file: all missing, empty and unreadable files are refused at once, by setting and path', async () => {
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
      JWT_SECRET_KEY_FILE: `expected a file that can be read, but ${missing} does not exist`,
      MASTER_API_KEY_FILE: `expected a file that can be read, but ${folder} is a folder`,
      HF_TOKEN_FILE: `expected a file with the secret, but ${blank} is empty`,
      SMTP_URL_FILE: `expected a file that can be read, but ${tooDeep} cannot be read (ENOTDIR)`,
    });
  });

  test('secret file: a file without read permission is refused with that reason', async () => {
    const path = await secretFile(SECRET);
    await chmod(path, 0o000);
    await chmod(join(path, '..'), 0o711);
    const effective = process.seteuid !== undefined && process.getuid?.() === 0;
    if (effective) process.seteuid?.(65534);
    try {
      expect(errorsOf({ HF_TOKEN_FILE: path }).message).toBe(
        `HF_TOKEN_FILE: expected a file that can be read, but ${path} is not readable by this user`,
      );
    } finally {
      if (effective) process.seteuid?.(0);
    }
  });

  test('secret file: a relative path is resolved in CREDENTIALS_DIRECTORY, without it in the working folder', async () => {
    const path = await secretFile(SECRET, 'jwt-secret-key');
    const env = { JWT_SECRET_KEY_FILE: 'jwt-secret-key', CREDENTIALS_DIRECTORY: join(path, '..') };
    expect(load(env).JWT_SECRET_KEY).toBe(SECRET);
    expect(load({ ...env, JWT_SECRET_KEY_FILE: path }).JWT_SECRET_KEY).toBe(SECRET);
    expect(load({ JWT_SECRET_KEY_FILE: 'package.json' }).JWT_SECRET_KEY).toContain('"name": "pharos"');
  });
});
