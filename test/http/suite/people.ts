/** Clients of the API: a new user, the administrator, or an anonymous one. */

import { type Client, createClient } from '../../support/kits/client.ts';
import { type Deployment, MASTER_KEY } from '../../support/kits/deployment.ts';
import { noteSecrets } from '../../support/kits/secrets.ts';

export interface Tokens {
  readonly access_token: string;
  readonly refresh_token: string;
}

export interface Person extends Client, Tokens {
  readonly username: string;
  readonly password: string;
}

/** Registers a user and logs in. */
export async function person(deployment: Deployment): Promise<Person> {
  const client = createClient(deployment.url);
  return { ...client, ...(await client.login()) };
}

export const anonymous = (deployment: Deployment): Client => createClient(deployment.url);

export const ADMIN = { 'X-API-Key': MASTER_KEY };

export const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });

export const logIn = async (deployment: Deployment, username: string, password: string) => {
  const result = await anonymous(deployment).call<Tokens>('POST', '/auth/login', new URLSearchParams({ username, password }));
  if (result.status === 200) noteSecrets(result.body.access_token, result.body.refresh_token);
  return result;
};
