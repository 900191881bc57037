/**
 * The server that client commands speak to, with the caller's credentials. They read the environment of the process alone: the
 * `.env` of a folder that somebody else made must not choose where an API key is sent.
 */
import process from 'node:process';
import { type Client, createClient, PharosError, type TokenStore } from '../../clients/typescript/src/index.ts';
import { trimEndOf } from '../../src/kernel/core/trim.ts';
import { callOf } from '../call.ts';
import { UsageError } from '../command.ts';
import { configFolder, loginStore } from './logins.ts';

export const DEFAULT_URL = 'http://localhost:8000';

export interface Connection {
  readonly pharos: Client;
  readonly origin: string;
  /** Where logins are kept. */
  readonly folder: string;
  /** PHAROS_API_KEY is set: it is used in place of a login. */
  readonly hasKey: boolean;
  /** The stored login, where there is no key. */
  readonly store?: TokenStore;
}

export function connect({ retries = 2, maxRetryAfter = 60 }: { retries?: number; maxRetryAfter?: number } = {}): Connection {
  const { PHAROS_API_KEY: apiKey } = process.env;
  const folder = configFolder(process.env, process.platform);
  const url = serverUrl(process.env);
  const { origin } = new URL(url);
  const hasKey = apiKey !== undefined && apiKey !== '';
  const common = { url, retries, maxRetryAfter };
  if (hasKey) return { pharos: createClient({ ...common, apiKey }), origin, folder, hasKey };
  const store = loginStore(folder, origin);
  return { pharos: createClient({ ...common, store }), origin, folder, hasKey, store };
}

/**
 * The address in PHAROS_URL, without slashes at its end. Throws UsageError for one that is none, and for one with credentials,
 * which would end up in logs; it is not repeated.
 */
export function serverUrl({ PHAROS_URL }: Readonly<Record<string, string | undefined>>): string {
  const given = PHAROS_URL || DEFAULT_URL;
  const url = URL.canParse(given) ? new URL(given) : undefined;
  if (given.includes('@')) throw new UsageError('PHAROS_URL must not contain credentials: set PHAROS_API_KEY');
  if (!url || !/^https?:$/.test(url.protocol) || url.search !== '' || url.hash !== '') {
    throw new UsageError(`PHAROS_URL: expected an address such as ${DEFAULT_URL}, not "${given}"`);
  }
  return url.origin + trimEndOf(url.pathname, '/');
}

/** What to do about a failed request, in words of the command line; other errors are passed on. */
export async function explain(error: unknown, { origin, hasKey, store }: Connection): Promise<unknown> {
  if (!(error instanceof PharosError)) return error;
  const because = (advice: string) => new Error(`${error.detail}. ${advice}`, { cause: error });
  if (error.status === 0)
    return because(`Is Pharos running there? PHAROS_URL names another server; "${callOf('start')}" starts one`);
  if (error.code === 'insufficient_user_authentication') return because(`Enter the password again: "${callOf('login')}"`);
  if (error.code === 'invalid_credentials') return new UsageError(error.detail);
  if (error.status === 401 && hasKey) return because(`${origin} does not take PHAROS_API_KEY`);
  if (error.status === 401)
    return new UsageError(`You are not logged in to ${origin}: "${callOf('login')}", or set PHAROS_API_KEY`);
  if (error.status === 403 && hasKey) return because(`PHAROS_API_KEY may not do this; a login may: "${callOf('login')}"`);
  if (error.status === 403 && (await store?.load())?.clientId !== undefined) {
    return because(`A login in the browser may not do this; one with a password may: "${callOf('login <username>')}"`);
  }
  const fields = error.errors.map(({ path, message }) => `${path}: ${message}`);
  return fields.length > 0 ? new Error(fields.join('\n'), { cause: error }) : error;
}

/** Runs `work` on the server, and explains its failures. */
export async function withServer<T>(
  work: (connection: Connection) => Promise<T>,
  options?: Parameters<typeof connect>[0],
): Promise<T> {
  const connection = connect(options);
  try {
    return await work(connection);
  } catch (error) {
    throw await explain(error, connection);
  }
}
