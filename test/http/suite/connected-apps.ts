import { expect, test } from 'vitest';
import type { Deployment } from '../../support/kits/deployment.ts';
import {
  bearer,
  consent,
  exchange,
  newRequest,
  postJson,
  refresh,
  registerApp,
  type Send,
} from '../../support/kits/oauth-client.ts';
import { registered } from './people.ts';

interface ServerMetadata {
  readonly issuer: string;
  readonly authorization_endpoint: string;
  readonly token_endpoint: string;
  readonly registration_endpoint: string;
  readonly revocation_endpoint: string;
}

export function connectedApps(deployment: () => Deployment): void {
  const send: Send = (path, init) => fetch(new URL(path, deployment().url), { ...init, redirect: 'manual' });
  const get = async <T>(path: string, headers: Record<string, string> = {}) =>
    (await (await send(path, { headers })).json()) as T;
  const initialize = {
    jsonrpc: '2.0',
    id: 1,
    method: 'initialize',
    params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'an assistant', version: '1' } },
  };
  const callMcp = (headers: Record<string, string>) =>
    postJson(send, '/mcp', initialize, { ...headers, Accept: 'application/json, text/event-stream' });

  test('connected apps: an assistant that knows one address finds the login, is consented to, calls, refreshes and is revoked', async () => {
    const { url } = deployment();
    const refused = await callMcp({});
    expect(refused.status).toBe(401);
    const named = /resource_metadata="([^"]+)"/.exec(refused.headers.get('www-authenticate') ?? '')?.[1] ?? '';
    const resource = await get<{ resource: string; authorization_servers: string[] }>(named);
    expect(resource).toMatchObject({ resource: `${url}/mcp`, authorization_servers: [url] });
    const server = await get<ServerMetadata>('/.well-known/oauth-authorization-server');
    expect(server).toEqual(
      expect.objectContaining({
        issuer: url,
        authorization_endpoint: `${url}/oauth/authorize`,
        token_endpoint: `${url}/oauth/token`,
        registration_endpoint: `${url}/oauth/register`,
        revocation_endpoint: `${url}/auth/revoke`,
      }),
    );

    const app = await registerApp(send);
    const { parameters, verifier } = newRequest(app, { resource: resource.resource });
    const page = await send(`/oauth/authorize?${new URLSearchParams(parameters)}`);
    expect([page.status, page.headers.get('content-security-policy')]).toEqual([
      200,
      expect.stringContaining("frame-ancestors 'none'"),
    ]);
    expect(await page.text()).toContain('An assistant');
    expect((await send('/assets/authorize.js')).status).toBe(200);

    const person = await registered(deployment());
    const own = bearer(person.access_token);
    const { outcome } = await consent(send, own, parameters, ['resources:read', 'search']);
    expect(outcome).toMatchObject({ iss: url, state: parameters.state });
    const { status, body: tokens } = await exchange(send, app, outcome.code ?? '', verifier);
    expect([status, tokens.scope]).toEqual([200, 'resources:read search']);

    const called = await callMcp(bearer(tokens.access_token));
    expect([called.status, await called.text()]).toEqual([200, expect.stringContaining('protocolVersion')]);
    expect((await send('/resources', { headers: bearer(tokens.access_token) })).status).toBe(401);
    const { body: next } = await refresh(send, app, tokens.refresh_token);
    expect((await callMcp(bearer(next.access_token))).status).toBe(200);

    const { grants } = await get<{ grants: { id: string; client: { name: string } }[] }>('/auth/grants', own);
    expect(grants.map(({ client }) => client.name)).toEqual(['An assistant']);
    const ended = await send(`/auth/grants/${grants[0]?.id}`, { method: 'DELETE', headers: own });
    expect(ended.status).toBe(204);
    expect((await callMcp(bearer(next.access_token))).status).toBe(401);
    expect((await refresh(send, app, next.refresh_token)).body.error).toBe('invalid_grant');
  });

  test('connected apps: a code that is exchanged twice at the same time gives tokens once at most, and they are over', async () => {
    const app = await registerApp(send);
    const { parameters, verifier } = newRequest(app);
    const person = await registered(deployment());
    const { outcome } = await consent(send, bearer(person.access_token), parameters, ['resources:read']);
    const results = await Promise.all([1, 2, 3, 4].map(() => exchange(send, app, outcome.code ?? '', verifier)));
    const granted = results.filter(({ status }) => status === 200);
    expect(granted.length).toBeLessThanOrEqual(1);
    for (const { body } of granted) expect((await send('/resources', { headers: bearer(body.access_token) })).status).toBe(401);
  });

  test('connected apps: a redirect URI that is not registered gets a page, and one on this computer is told what is wrong', async () => {
    const app = await registerApp(send);
    const { parameters } = newRequest(app, { code_challenge_method: 'plain' });
    const wrong = await send(`/oauth/authorize?${new URLSearchParams({ ...parameters, redirect_uri: 'http://127.0.0.1/x' })}`);
    expect([wrong.status, wrong.headers.get('location')]).toEqual([400, null]);
    const told = await send(`/oauth/authorize?${new URLSearchParams(parameters)}`);
    expect(told.status).toBe(302);
    expect(Object.fromEntries(new URL(told.headers.get('location') ?? '').searchParams)).toMatchObject({
      error: 'invalid_request',
      iss: deployment().url,
      state: parameters.state,
    });
  });
}
