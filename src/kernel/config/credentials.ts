/** Secrets that sign, and clients of login providers: whole, or refused by the name of what is missing. */

import { Secret } from '../core/secret.ts';
import type { AddIssue, Settings } from './reader.ts';

/** What an entry point generated for development. */
export interface Generated {
  readonly jwtSecret?: string;
  readonly workerSigningKey?: string;
}

export interface SigningKeys {
  readonly current: Secret<string>;
  readonly next?: Secret<string>;
}

export interface OAuthClient {
  readonly clientId: string;
  readonly clientSecret: Secret<string>;
  readonly redirectUri: string;
}

export interface OAuthClients {
  readonly google?: OAuthClient;
  readonly github?: OAuthClient;
  readonly oidc?: OAuthClient & { readonly issuer: string };
}

/** Defaults that were published with the predecessor: everybody knows them. */
const PUBLISHED_SECRETS = new Set([
  'change-this-secret-key-in-production',
  'your-secret-key-change-in-production',
  'changeme',
  'secret',
]);
const MIN_SECRET_BYTES = 32;

const isPublished = (value: string) => PUBLISHED_SECRETS.has(value.toLowerCase());
const bytes = (value: string) => new TextEncoder().encode(value).length;

/** The secret that signs; a published default counts as none, in dev in favour of the generated one. */
export function jwtSecret(raw: Settings, dev: boolean, { jwtSecret: generated = '' }: Generated, refuse: AddIssue): string {
  const { JWT_SECRET_KEY: given, JWT_SECRET_KEY_PREVIOUS: previous } = raw;
  // It still verifies: whoever knows or guesses it could sign themselves in as anybody.
  if (previous !== undefined && (isPublished(previous) || bytes(previous) < MIN_SECRET_BYTES))
    refuse('JWT_SECRET_KEY_PREVIOUS', 'expected a secret of your own, at least 32 bytes of randomness');
  if (given === undefined || isPublished(given)) {
    if (!dev)
      refuse(
        'JWT_SECRET_KEY',
        `expected ${given === undefined ? '' : 'a secret of your own, not the published default: '}at least 32 bytes of randomness`,
      );
    return generated;
  }
  if (bytes(given) < MIN_SECRET_BYTES) refuse('JWT_SECRET_KEY', 'expected at least 32 bytes of randomness');
  return given;
}

/** What checks requests to the worker and QStash's deliveries: QStash's keys where given, else our own. */
export function signingKeys(
  raw: Settings,
  dev: boolean,
  { workerSigningKey: generated = '' }: Generated,
  refuse: AddIssue,
): SigningKeys {
  const { QSTASH_CURRENT_SIGNING_KEY: current, QSTASH_NEXT_SIGNING_KEY: next, WORKER_SIGNING_KEY: own } = raw;
  if (raw.QSTASH_TOKEN !== undefined && current === undefined)
    refuse('QSTASH_CURRENT_SIGNING_KEY', 'expected beside QSTASH_TOKEN');
  if (raw.QSTASH_TOKEN !== undefined && raw.WORKER_URL === undefined)
    refuse('WORKER_URL', 'expected beside QSTASH_TOKEN: the address at which QStash reaches the worker');
  if (next !== undefined && current === undefined)
    refuse('QSTASH_CURRENT_SIGNING_KEY', 'expected beside QSTASH_NEXT_SIGNING_KEY');
  if (current !== undefined) return { current: new Secret(current), ...optional('next', next) };
  if (own === undefined && !dev) refuse('WORKER_SIGNING_KEY', 'expected at least 32 characters');
  return { current: new Secret(own ?? generated) };
}

export function oauthClients(raw: Settings, publicUrl: string, refuse: AddIssue): OAuthClients {
  const google = oauthClient(raw, 'GOOGLE', publicUrl, refuse);
  const github = oauthClient(raw, 'GITHUB', publicUrl, refuse);
  const oidc = oauthClient(raw, 'OIDC', publicUrl, refuse);
  const issuer = raw.OIDC_ISSUER;
  if (oidc && issuer === undefined) refuse('OIDC_ISSUER', 'expected beside OIDC_CLIENT_ID');
  if (issuer !== undefined && raw.OIDC_CLIENT_ID === undefined) refuse('OIDC_CLIENT_ID', 'expected beside OIDC_ISSUER');
  return {
    ...(google ? { google } : {}),
    ...(github ? { github } : {}),
    ...(oidc && issuer !== undefined ? { oidc: { ...oidc, issuer } } : {}),
  };
}

function oauthClient(
  raw: Settings,
  prefix: 'GOOGLE' | 'GITHUB' | 'OIDC',
  publicUrl: string,
  refuse: AddIssue,
): OAuthClient | undefined {
  const id = raw[`${prefix}_CLIENT_ID`];
  const secret = raw[`${prefix}_CLIENT_SECRET`];
  if (id === undefined && secret === undefined) return undefined;
  if (id === undefined || secret === undefined) {
    refuse(
      `${prefix}_CLIENT_${id === undefined ? 'ID' : 'SECRET'}`,
      `expected beside ${prefix}_CLIENT_${id === undefined ? 'SECRET' : 'ID'}`,
    );
    return undefined;
  }
  const redirectUri = raw[`${prefix}_REDIRECT_URI`] ?? `${publicUrl}/auth/${prefix.toLowerCase()}/callback`;
  return { clientId: id, clientSecret: new Secret(secret), redirectUri };
}

export function optional<K extends string>(key: K, value: string | undefined): { [P in K]?: Secret<string> } {
  return (value === undefined ? {} : { [key]: new Secret(value) }) as { [P in K]?: Secret<string> };
}
