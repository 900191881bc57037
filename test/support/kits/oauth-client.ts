/** An app that connects to Pharos as OAuth clients do, in one process or over HTTP. */
import { createHash, randomBytes } from 'node:crypto';
import { noteSecrets } from './secrets.ts';

export type Send = (path: string, init?: RequestInit) => Promise<Response>;

export interface GrantTokens {
  readonly access_token: string;
  readonly refresh_token: string;
  readonly scope: string;
  readonly token_type: string;
  readonly expires_in: number;
}

export interface OAuthFailure {
  readonly error: string;
  readonly error_description: string;
}

type Parameters = Record<string, string>;

export const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });

export function s256(verifier: string): string {
  return createHash('sha256').update(verifier).digest('base64url');
}

export const postJson = (send: Send, path: string, body: unknown, headers: Record<string, string> = {}) =>
  send(path, { method: 'POST', headers: { ...headers, 'Content-Type': 'application/json' }, body: JSON.stringify(body) });

/** Parameters that are undefined are left out. */
export async function postForm(send: Send, path: string, fields: Readonly<Record<string, string | undefined>>) {
  const given = Object.entries(fields).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const response = await send(path, { method: 'POST', body: new URLSearchParams(given) });
  const body = (await response.json()) as GrantTokens & OAuthFailure;
  if (body.access_token) noteSecrets(body.access_token, body.refresh_token);
  return { status: response.status, headers: response.headers, body };
}

export async function registerApp(send: Send, redirectUri = 'http://127.0.0.1:7777/callback', name = 'An assistant') {
  const response = await postJson(send, '/oauth/register', { redirect_uris: [redirectUri], client_name: name });
  const body = (await response.json()) as { client_id: string } & OAuthFailure;
  if (response.status !== 201) throw new Error(`register responded with ${response.status}: ${JSON.stringify(body)}`);
  return { clientId: body.client_id, redirectUri };
}

export type App = Awaited<ReturnType<typeof registerApp>>;

/** The request of an app with a verifier of its own, which it keeps. */
export function newRequest({ clientId, redirectUri }: App, more: Parameters = {}) {
  const verifier = randomBytes(32).toString('base64url');
  const parameters: Parameters = {
    response_type: 'code',
    client_id: clientId,
    redirect_uri: redirectUri,
    state: randomBytes(8).toString('hex'),
    code_challenge: s256(verifier),
    code_challenge_method: 'S256',
    ...more,
  };
  return { verifier, parameters };
}

/** What the page does when its person agrees; returns where the browser goes. */
export async function consent(send: Send, headers: Record<string, string>, parameters: Parameters, approved: readonly string[]) {
  const response = await postJson(send, '/oauth/authorize', { ...parameters, approved }, headers);
  const body = (await response.json()) as { redirect_to: string };
  if (response.status !== 200) throw new Error(`consent responded with ${response.status}: ${JSON.stringify(body)}`);
  const outcome = Object.fromEntries(new URL(body.redirect_to).searchParams) as Record<string, string>;
  if (outcome.code) noteSecrets(outcome.code);
  return { redirectTo: body.redirect_to, outcome };
}

export const exchange = (send: Send, { clientId, redirectUri }: App, code: string, verifier: string, more: Parameters = {}) =>
  postForm(send, '/oauth/token', {
    grant_type: 'authorization_code',
    client_id: clientId,
    redirect_uri: redirectUri,
    code,
    code_verifier: verifier,
    ...more,
  });

export const refresh = (send: Send, { clientId }: Pick<App, 'clientId'>, refreshToken: string, more: Parameters = {}) =>
  postForm(send, '/oauth/token', { grant_type: 'refresh_token', client_id: clientId, refresh_token: refreshToken, ...more });

export interface Connection {
  readonly approved?: readonly string[];
  readonly request?: Parameters;
}

/** Registers an app and connects it to the account that `headers` log in to. */
export async function connectApp(send: Send, headers: Record<string, string>, { approved, request = {} }: Connection = {}) {
  const app = await registerApp(send);
  const { verifier, parameters } = newRequest(app, request);
  const { outcome } = await consent(send, headers, parameters, approved ?? ['resources:read', 'resources:write', 'search']);
  const { status, body } = await exchange(send, app, outcome.code ?? '', verifier);
  if (status !== 200) throw new Error(`the exchange responded with ${status}: ${JSON.stringify(body)}`);
  return { app, tokens: body, code: outcome.code ?? '', verifier };
}
