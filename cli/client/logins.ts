/** Stored logins: the tokens of one session for each origin, in a file that only its owner can read. */
import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TokenStore, Tokens } from '../../clients/typescript/src/index.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** The folder of settings that the operating system names. */
export function configFolder(env: Environment, platform: NodeJS.Platform): string {
  const home = env.HOME || homedir();
  if (platform === 'win32') return join(env.APPDATA || join(home, 'AppData', 'Roaming'), 'pharos');
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', 'pharos');
  return join(env.XDG_CONFIG_HOME || join(home, '.config'), 'pharos');
}

/** A process that died while it held the lock must not lock others out for longer. */
const STALE_MS = 60_000;
const POLL_MS = 25;

/** The store of the login for `origin`. Processes that share it refresh one after another. */
export function loginStore(folder: string, origin: string): TokenStore {
  const file = join(folder, 'logins.json');
  const lock = join(folder, 'logins.lock');

  async function readAll(): Promise<Record<string, Tokens>> {
    try {
      const parsed: unknown = JSON.parse(await readFile(file, 'utf8'));
      return typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, Tokens>) : {};
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return {};
      if (error instanceof SyntaxError)
        throw new Error(`${file} is not JSON: log in again after you have removed it`, { cause: error });
      throw error;
    }
  }

  return {
    load: async () => (await readAll())[origin],
    save: async (tokens) => {
      const { [origin]: _replaced, ...others } = await readAll();
      const all = tokens ? { ...others, [origin]: tokens } : others;
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const next = `${file}.${randomBytes(6).toString('hex')}`;
      await writeFile(next, `${JSON.stringify(all, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
      await rename(next, file);
    },
    lock: async (work) => {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await acquire(lock);
      try {
        return await work();
      } finally {
        await rm(lock, { force: true });
      }
    },
  };
}

async function acquire(lock: string): Promise<void> {
  for (;;) {
    try {
      await (await open(lock, 'wx', 0o600)).close();
      return;
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error;
    }
    const held = await stat(lock).catch(() => undefined);
    if (held && Date.now() - held.mtimeMs > STALE_MS) await rm(lock, { force: true });
    else await sleep(POLL_MS);
  }
}

const codeOf = (error: unknown) => (error instanceof Error && 'code' in error ? error.code : undefined);
