import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadEnvironment } from '../../src/runtimes/drivers/environment.ts';

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
