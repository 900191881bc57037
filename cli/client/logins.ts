/** Stored logins: the tokens of one session for each origin, in a file that only its owner can read. */
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import type { TokenStore, Tokens } from '../../clients/typescript/src/index.ts';
import { withFileLock } from './lock.ts';
import { undisturbed } from './signals.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** The folder of settings that the operating system names. */
export function configFolder(env: Environment, platform: NodeJS.Platform): string {
  const home = env.HOME || homedir();
  if (platform === 'win32') return join(env.APPDATA || join(home, 'AppData', 'Roaming'), 'pharos');
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', 'pharos');
  // A relative one is not valid by the XDG specification: each working folder would bring a login of its own.
  const given = env.XDG_CONFIG_HOME;
  return join(given && isAbsolute(given) ? given : join(home, '.config'), 'pharos');
}

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
    lock: (work) => withFileLock(lock, () => undisturbed(work)),
  };
}

const codeOf = (error: unknown) => (error instanceof Error && 'code' in error ? error.code : undefined);
