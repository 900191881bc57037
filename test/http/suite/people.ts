/** Who asks: a user of a test's own, the administrator, or nobody. */

import { type Client, createClient } from '../../support/kits/client.ts';
import { type Cell, MASTER_KEY } from '../../support/kits/deployment.ts';
import { noteSecrets } from '../../support/kits/secrets.ts';

export interface Tokens {
  readonly access_token: string;
  readonly refresh_token: string;
}

export interface Person extends Client, Tokens {
  readonly username: string;
  readonly password: string;
}

/** Registered and logged in. */
export async function person(cell: Cell): Promise<Person> {
  const client = createClient(cell.url);
  return { ...client, ...(await client.login()) };
}

export const nobody = (cell: Cell): Client => createClient(cell.url);

export const ADMIN = { 'X-API-Key': MASTER_KEY };

export const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });

export const logIn = async (cell: Cell, username: string, password: string) => {
  const answer = await nobody(cell).call<Tokens>('POST', '/auth/login', new URLSearchParams({ username, password }));
  if (answer.status === 200) noteSecrets(answer.body.access_token, answer.body.refresh_token);
  return answer;
};

/**
 * The answer to a request whose body is too large for its server to read. It may be lost with the connection that it came
 * over while more is being sent (RFC 9112, section 9.6): then the client asks again.
 */
export async function refused<T extends { readonly status: number; readonly headers: Headers }>(
  send: () => Promise<T>,
): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      const answer = await send();
      if (tries === 10 || !isLost(answer)) return answer;
    } catch (error) {
      if (tries === 10 || !(error instanceof TypeError)) throw error;
    }
  }
}

/** wrangler's local proxy says so with a 500 of its own; Pharos says everything as a problem. */
const isLost = ({ status, headers }: { readonly status: number; readonly headers: Headers }) =>
  status === 500 && headers.get('content-type') !== 'application/problem+json';
