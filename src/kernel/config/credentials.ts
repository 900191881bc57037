/** Signing secrets and clients of login providers. A credential that lacks a part is an issue of the missing setting. */

import { Secret } from '../core/secret.ts';
import type { AddIssue } from './reader.ts';
import { expectedOf } from './setting.ts';
import { MIN_SECRET_BYTES, SIGNING_SECRET } from './settings/authentication.ts';
import { SETTINGS, type Settings } from './settings.ts';

/** Secrets that an entry point generated for development. */
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

/** Defaults published with the earlier Python service, so not secret. */
const PUBLISHED_SECRETS = new Set([
  'change-this-secret-key-in-production',
  'your-secret-key-change-in-production',
  'changeme',
  'secret',
]);

const isPublished = (value: string) => PUBLISHED_SECRETS.has(value.toLowerCase());
const bytes = (value: string) => new TextEncoder().encode(value).length;

/** The secret that signs tokens. A published default counts as unset; in dev the generated secret replaces it. */
export function jwtSecret(raw: Settings, dev: boolean, { jwtSecret: generated = '' }: Generated, addIssue: AddIssue): string {
  const { JWT_SECRET_KEY: given, JWT_SECRET_KEY_PREVIOUS: previous } = raw;
  // It still verifies tokens, so a known or guessable one would let anyone forge a login.
  if (previous !== undefined && (isPublished(previous) || bytes(previous) < MIN_SECRET_BYTES))
    addIssue('JWT_SECRET_KEY_PREVIOUS', `expected a secret of your own, ${SIGNING_SECRET}`);
  if (given === undefined || isPublished(given)) {
    if (!dev)
      addIssue(
        'JWT_SECRET_KEY',
        `expected ${given === undefined ? '' : 'a secret of your own, not the published default: '}${SIGNING_SECRET}`,
      );
    return generated;
  }
  if (bytes(given) < MIN_SECRET_BYTES) addIssue('JWT_SECRET_KEY', `expected ${SIGNING_SECRET}`);
  return given;
}

/** Keys that verify requests to the worker and deliveries of QStash: QStash's keys if given, else WORKER_SIGNING_KEY. */
export function signingKeys(
  raw: Settings,
  dev: boolean,
  { workerSigningKey: generated = '' }: Generated,
  addIssue: AddIssue,
): SigningKeys {
  const { QSTASH_CURRENT_SIGNING_KEY: current, QSTASH_NEXT_SIGNING_KEY: next, WORKER_SIGNING_KEY: own } = raw;
  if (raw.QSTASH_TOKEN !== undefined && current === undefined)
    addIssue('QSTASH_CURRENT_SIGNING_KEY', 'expected beside QSTASH_TOKEN');
  if (raw.QSTASH_TOKEN !== undefined && raw.WORKER_URL === undefined)
    addIssue('WORKER_URL', 'expected beside QSTASH_TOKEN: the address at which QStash reaches the worker');
  if (next !== undefined && current === undefined)
    addIssue('QSTASH_CURRENT_SIGNING_KEY', 'expected beside QSTASH_NEXT_SIGNING_KEY');
  if (current !== undefined) return { current: new Secret(current), ...optional('next', next) };
  if (own === undefined && !dev) addIssue('WORKER_SIGNING_KEY', `expected ${expectedOf(SETTINGS.WORKER_SIGNING_KEY)}`);
  return { current: new Secret(own ?? generated) };
}

/** Clients of the login providers that have an id and a secret. */
export function oauthClients(raw: Settings, publicUrl: string, addIssue: AddIssue): OAuthClients {
  const google = oauthClient(raw, 'GOOGLE', publicUrl, addIssue);
  const github = oauthClient(raw, 'GITHUB', publicUrl, addIssue);
  const oidc = oauthClient(raw, 'OIDC', publicUrl, addIssue);
  const issuer = raw.OIDC_ISSUER;
  if (oidc && issuer === undefined) addIssue('OIDC_ISSUER', 'expected beside OIDC_CLIENT_ID');
  if (issuer !== undefined && raw.OIDC_CLIENT_ID === undefined) addIssue('OIDC_CLIENT_ID', 'expected beside OIDC_ISSUER');
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
  addIssue: AddIssue,
): OAuthClient | undefined {
  const id = raw[`${prefix}_CLIENT_ID`];
  const secret = raw[`${prefix}_CLIENT_SECRET`];
  if (id === undefined && secret === undefined) return undefined;
  if (id === undefined || secret === undefined) {
    addIssue(
      `${prefix}_CLIENT_${id === undefined ? 'ID' : 'SECRET'}`,
      `expected beside ${prefix}_CLIENT_${id === undefined ? 'SECRET' : 'ID'}`,
    );
    return undefined;
  }
  const redirectUri = raw[`${prefix}_REDIRECT_URI`] ?? `${publicUrl}/auth/${prefix.toLowerCase()}/callback`;
  return { clientId: id, clientSecret: new Secret(secret), redirectUri };
}

/** `{ [key]: Secret }`, or no property for an unset value. */
export function optional<K extends string>(key: K, value: string | undefined): { [P in K]?: Secret<string> } {
  return (value === undefined ? {} : { [key]: new Secret(value) }) as { [P in K]?: Secret<string> };
}
