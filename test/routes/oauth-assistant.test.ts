/** An assistant that is given one address: the login of the MCP SDK's own client, against the app. */
import { auth, type OAuthClientProvider } from '@modelcontextprotocol/sdk/client/auth.js';
import type { OAuthClientInformationMixed, OAuthTokens } from '@modelcontextprotocol/sdk/shared/auth.js';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { oauthClients } from '../../src/kernel/db/schema.sqlite.ts';
import { createTestApp, type TestApp } from '../support/kits/app.ts';
import { callTool, connectAssistant } from '../support/kits/assistant.ts';
import { bearer, consent } from '../support/kits/oauth-client.ts';
import { noteSecrets } from '../support/kits/secrets.ts';

const SERVER = 'http://localhost:8000/mcp';

let app: TestApp;
let own: Record<string, string>;
beforeEach(async () => {
  app = await createTestApp();
  own = await app.login('ada');
});
afterEach(() => app.close());

const send = async (url: string | URL, init?: RequestInit) => app.request(String(url).replace('http://localhost:8000', ''), init);

/** What an assistant remembers between the steps of its login. */
function createMemory() {
  const memory: {
    client?: OAuthClientInformationMixed | undefined;
    tokens?: OAuthTokens | undefined;
    verifier: string;
    address?: URL;
  } = { verifier: '' };
  const provider: OAuthClientProvider = {
    redirectUrl: 'http://127.0.0.1:3334/callback',
    clientMetadata: {
      client_name: 'An SDK',
      redirect_uris: ['http://127.0.0.1:3334/callback'],
      token_endpoint_auth_method: 'client_secret_post',
    },
    state: () => 'a state',
    clientInformation: () => memory.client,
    saveClientInformation: (client) => {
      memory.client = client;
    },
    tokens: () => memory.tokens,
    saveTokens: (tokens) => {
      memory.tokens = tokens;
      noteSecrets(tokens.access_token, tokens.refresh_token ?? '');
    },
    redirectToAuthorization: (address) => {
      memory.address = address;
    },
    saveCodeVerifier: (verifier) => {
      memory.verifier = verifier;
    },
    codeVerifier: () => memory.verifier,
    invalidateCredentials: (what) => {
      if (what === 'all' || what === 'client') memory.client = undefined;
      if (what === 'all' || what === 'tokens') memory.tokens = undefined;
    },
  };
  return { memory, provider };
}

const options = { serverUrl: SERVER, fetchFn: send };

/** The person agrees in the browser; returns what the assistant receives at its address. */
async function agree(address: URL | undefined): Promise<string> {
  expect((await send(address ?? '')).status).toBe(200);
  const parameters = Object.fromEntries(address?.searchParams ?? []);
  const { outcome } = await consent(app.request, own, parameters, ['resources:read', 'resources:write', 'search']);
  return outcome.code ?? '';
}

test('an assistant: the SDK finds the server, registers, logs in, calls a tool and refreshes', async () => {
  const { memory, provider } = createMemory();
  expect(await auth(provider, options)).toBe('REDIRECT');
  expect(Object.fromEntries(memory.address?.searchParams ?? [])).toMatchObject({
    resource: SERVER,
    code_challenge_method: 'S256',
  });
  expect(await auth(provider, { ...options, authorizationCode: await agree(memory.address) })).toBe('AUTHORIZED');
  const first = memory.tokens;
  expect(await app.services.accessTokens.verify(first?.access_token ?? '', 'mcp')).toMatchObject({ aud: SERVER });

  const client = await connectAssistant(SERVER, bearer(first?.access_token ?? ''), send);
  expect(await callTool(client, 'list_documents')).toMatchObject({ isError: false });
  const id = '01900000-0000-7000-8000-00000000dead';
  expect(await callTool(client, 'delete_document', { id })).toMatchObject({
    isError: true,
    text: expect.stringContaining('resources:delete'),
  });
  await client.close();

  expect(await auth(provider, options)).toBe('AUTHORIZED');
  expect(memory.tokens?.refresh_token).not.toBe(first?.refresh_token);
});

test('an assistant: the SDK registers and asks again where its client vanished or its grant was revoked', async () => {
  const { memory, provider } = createMemory();
  await auth(provider, options);
  await auth(provider, { ...options, authorizationCode: await agree(memory.address) });
  const [grant] = await app.services.grants.list(
    (await app.services.accessTokens.verify((own.Authorization ?? '').slice(7))).sub,
  );
  const revoked = await app.request(`/auth/grants/${grant?.session.id}`, { method: 'DELETE', headers: own });
  expect(revoked.status).toBe(204);
  expect(await auth(provider, options)).toBe('REDIRECT');
  await auth(provider, { ...options, authorizationCode: await agree(memory.address) });

  const known = (memory.client as { client_id: string }).client_id;
  await app.services.db.delete(oauthClients);
  expect(await auth(provider, options)).toBe('REDIRECT');
  expect((memory.client as { client_id: string }).client_id).not.toBe(known);
  expect(await auth(provider, { ...options, authorizationCode: await agree(memory.address) })).toBe('AUTHORIZED');
});
