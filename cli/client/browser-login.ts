/** A login in the browser: authorization code with PKCE on a loopback port (RFC 8252), so that no password is typed here. */
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { hostname } from 'node:os';
import type { Tokens } from '../../clients/typescript/src/index.ts';
import { UsageError } from '../command.ts';

export interface BrowserLoginOptions {
  /** The API's address. Registration and tokens go to it, whatever its metadata names. */
  readonly url: string;
  /** Shows the address to a person, who agrees or refuses there. */
  readonly open: (address: string) => void | Promise<void>;
  readonly signal?: AbortSignal;
}

const SCOPES = 'resources:read resources:write resources:delete search';
const PATH = '/callback';
/** Milliseconds that a person has to log in and agree. */
const PATIENCE_MS = 10 * 60_000;

/** Resolves to the tokens of a grant. Throws where the person refuses, or does not come back in time. */
export async function logInByBrowser({ url, open, signal }: BrowserLoginOptions): Promise<Tokens> {
  const { issuer } = (await request(`${url}/.well-known/oauth-authorization-server`)) as { issuer: string };
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const redirectUri = `http://127.0.0.1:${(server.address() as AddressInfo).port}${PATH}`;
  try {
    const { client_id: clientId } = (await request(`${url}/oauth/register`, {
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ client_name: `pharos on ${hostname()}`.slice(0, 60), redirect_uris: [redirectUri] }),
    })) as { client_id: string };
    const state = randomBytes(16).toString('base64url');
    const verifier = randomBytes(32).toString('base64url');
    const query = new URLSearchParams({
      response_type: 'code',
      client_id: clientId,
      redirect_uri: redirectUri,
      state,
      scope: SCOPES,
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
    });
    const ended = AbortSignal.any([AbortSignal.timeout(PATIENCE_MS), ...(signal ? [signal] : [])]);
    const answer = codeFrom(server, { state, issuer, signal: ended });
    // Where opening fails, nothing waits for the answer any more.
    answer.catch(() => undefined);
    await open(`${url}/oauth/authorize?${query}`);
    const code = await answer;
    const sentAt = Date.now();
    const tokens = (await request(`${url}/oauth/token`, {
      body: new URLSearchParams({
        grant_type: 'authorization_code',
        client_id: clientId,
        redirect_uri: redirectUri,
        code,
        code_verifier: verifier,
      }),
    })) as { access_token: string; refresh_token: string; expires_in: number };
    const { access_token: accessToken, refresh_token: refreshToken } = tokens;
    return { accessToken, refreshToken, expiresAt: sentAt + tokens.expires_in * 1000, clientId };
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

/** The code of the first answer with the right state. Another program on this machine may call the port, too. */
function codeFrom(
  server: Server,
  { state, issuer, signal }: { state: string; issuer: string; signal: AbortSignal },
): Promise<string> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(new Error('nobody agreed in the browser in time', { cause: signal.reason })));
    server.on('request', (incoming: IncomingMessage, response) => {
      const { pathname, searchParams: answer } = new URL(incoming.url ?? '/', 'http://127.0.0.1');
      const isOurs = incoming.method === 'GET' && pathname === PATH && answer.get('state') === state;
      // RFC 9207: an answer of another server is not for this one.
      const code = isOurs && answer.get('iss') === issuer ? answer.get('code') : null;
      const text = code ? 'You are logged in. You can close this page.' : 'The login did not succeed. See the terminal.';
      response.writeHead(isOurs ? 200 : 404, {
        'Content-Type': 'text/plain; charset=utf-8',
        'Referrer-Policy': 'no-referrer',
        Connection: 'close',
      });
      response.end(isOurs ? text : 'Not found', () => {
        if (!isOurs) return;
        if (code) resolve(code);
        else reject(new Error(`the login did not succeed: ${reasonOf(answer)}`));
      });
    });
  });
}

const reasonOf = (answer: URLSearchParams) =>
  answer.get('error') === 'access_denied'
    ? 'it was refused in the browser'
    : (answer.get('error') ?? 'the answer is of another server').slice(0, 200);

interface Sent {
  readonly headers?: Record<string, string>;
  readonly body: string | URLSearchParams;
}

/** By POST where there is a body. Redirects are not followed: they could carry the code to another server. */
async function request(address: string, sent?: Sent): Promise<unknown> {
  const init = sent ? { method: 'POST', ...sent } : {};
  const response = await fetch(address, { ...init, redirect: 'manual', signal: AbortSignal.timeout(30_000) }).catch((cause) => {
    throw new Error(`${new URL(address).origin} did not respond`, { cause });
  });
  if (response.status === 404 || response.status === 401)
    throw new UsageError('This server has no login in the browser: name a user');
  const body = (await response.json().catch(() => ({}))) as Record<string, unknown>;
  if (!response.ok)
    throw new Error(String(body.error_description ?? body.detail ?? `the server responded with ${response.status}`));
  return body;
}
