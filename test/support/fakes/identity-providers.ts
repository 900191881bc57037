/** Login providers on this machine: an OpenID server (oauth2-mock-server) and the part of GitHub's API that is asked. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { OAuth2Server } from 'oauth2-mock-server';

export interface IdToken {
  sub?: unknown;
  email?: unknown;
  email_verified?: unknown;
  /** Claims that only the userinfo endpoint returns, besides the subject. */
  userinfo?: Record<string, unknown>;
  [claim: string]: unknown;
}

/** The key of every server of this process: an RSA key costs more than a login. */
let signingKey: Promise<Record<string, unknown>> | undefined;

export async function startOpenIdServer() {
  const server = new OAuth2Server();
  const { keys } = server.issuer;
  const isFirst = signingKey === undefined;
  signingKey ??= keys.generate('RS256').then((key) => ({ ...key }));
  const key = await signingKey;
  if (!isFirst) await keys.add(key);
  await server.start(0, '127.0.0.1');
  server.issuer.url = `http://127.0.0.1:${server.address().port}`;
  let claims: IdToken = {};
  /** The claims of the id_token for each authorization code, so that several logins may run side by side. */
  const claimsOf = new Map<string, IdToken>();
  server.service.on('beforeTokenSigning', (token, request) => {
    Object.assign(token.payload, claimsOf.get(String(request.body?.code)));
  });
  server.service.on('beforeUserinfo', (response, request) => {
    const [, payload = ''] = (request.headers.authorization ?? '').split('.');
    const { sub, userinfo } = JSON.parse(Buffer.from(payload, 'base64url').toString() || '{}') as IdToken;
    response.body = { ...(sub === undefined ? {} : { sub }), ...userinfo };
  });

  return {
    server,
    issuer: server.issuer.url,
    /** Sets the claims of the next id_tokens. */
    says: (next: IdToken) => {
      claims = next;
    },
    /** Logs the user in with `identity` and returns the redirect's `{code, state}`. Rejects for an invalid request. */
    authorize: async (authorizationUrl: string, identity = claims) => {
      const response = await fetch(authorizationUrl, { redirect: 'manual' });
      const location = response.headers.get('location');
      if (!location) throw new Error(`the provider answered ${response.status}: ${await response.text()}`);
      const result = Object.fromEntries(new URL(location).searchParams) as { code: string; state: string };
      claimsOf.set(result.code, identity);
      return result;
    },
    stop: () => server.stop(),
  };
}

export interface GitHubAnswers {
  token: { status?: number; body: unknown };
  user: unknown;
  emails: unknown;
}

export async function startGitHub() {
  const answers: GitHubAnswers = {
    token: { body: { access_token: 'gho_secret', token_type: 'bearer', scope: 'read:user,user:email' } },
    user: { id: 583231, login: 'octocat', email: null },
    emails: [{ email: 'octo@example.org', primary: true, verified: true }],
  };
  const requests: { path: string; userAgent: string | undefined; body: string }[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      const path = request.url ?? '';
      requests.push({ path, userAgent: request.headers['user-agent'], body });
      const send = (status: number, value: unknown) => {
        response
          .writeHead(status, { 'Content-Type': 'application/json' })
          .end(typeof value === 'string' ? value : JSON.stringify(value));
      };
      // GitHub refuses anonymous programs; a stand-in that did not would hide the omission.
      if (!request.headers['user-agent']) return send(403, { message: 'Request forbidden by administrative rules' });
      if (path === '/token') return send(answers.token.status ?? 200, answers.token.body);
      if (request.headers.authorization !== 'Bearer gho_secret') return send(401, { message: 'Bad credentials' });
      return path === '/user' ? send(200, answers.user) : send(200, answers.emails);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    answers,
    requests,
    endpoints: { authorize: `${url}/authorize`, token: `${url}/token`, api: url },
    stop: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
