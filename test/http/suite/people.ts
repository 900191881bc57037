/** Clients of the API: a new user, the administrator, or an anonymous one. */
import { randomUUID } from 'node:crypto';
import { type Client, createClient } from '../../support/kits/client.ts';
import { type Deployment, MASTER_KEY } from '../../support/kits/deployment.ts';
import { noteSecrets } from '../../support/kits/secrets.ts';

export interface Tokens {
  readonly access_token: string;
  readonly refresh_token: string;
}

export type Person = Client & Tokens;

/** A new user, logged in through the provider. A password would cost two hashes, of which the suite has enough. */
export async function person({ url, provider }: Deployment): Promise<Person> {
  const name = `u-${randomUUID().slice(0, 8)}`;
  const client = createClient(url);
  const started = await client.call<{ authorization_url: string }>('GET', '/auth/oidc');
  const result = await provider.authorize(started.body.authorization_url, {
    sub: name,
    email: `${name}@example.org`,
    email_verified: true,
    name,
  });
  const cookie = started.headers.get('set-cookie')?.split(';')[0] ?? '';
  const query = new URLSearchParams(result);
  const { status, body } = await client.call<Tokens>('GET', `/auth/oidc/callback?${query}`, undefined, { Cookie: cookie });
  if (status !== 200) throw new Error(`the login responded with ${status}: ${JSON.stringify(body)}`);
  client.authorize(body.access_token);
  noteSecrets(body.access_token, body.refresh_token);
  return { ...client, ...body };
}

export interface Registered extends Person {
  readonly username: string;
  readonly password: string;
}

/** A new user who registered with a password and logged in with it. */
export async function registered(deployment: Deployment): Promise<Registered> {
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
