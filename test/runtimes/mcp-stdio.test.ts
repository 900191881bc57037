/** `pharos mcp` as a program that an assistant starts: the SDK's own client over standard input and output. */
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAdaptorServer } from '@hono/node-server';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { configFolder, loginStore } from '../../cli/client/logins.ts';
import { createTestApp, type TestApp } from '../support/kits/app.ts';
import { callTool } from '../support/kits/assistant.ts';
import { runProgram } from '../support/kits/command-line.ts';
import { noteSecrets } from '../support/kits/secrets.ts';

let app: TestApp;
let server: ReturnType<typeof createAdaptorServer>;
let url: string;
let key: string;
beforeAll(async () => {
  app = await createTestApp();
  server = createAdaptorServer({ fetch: app.app.fetch });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const made = await app.request('/auth/api-keys', {
    method: 'POST',
    headers: { ...(await app.login()), 'Content-Type': 'application/json' },
    body: '{"name":"assistant"}',
  });
  ({ key } = (await made.json()) as { key: string });
  noteSecrets(key);
});
afterAll(async () => {
  server.close();
  await app.close();
});

test('pharos mcp: an assistant adds, lists, reads and deletes a document over standard input and output', async () => {
  const client = new Client({ name: 'assistant', version: '1.0.0' });
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: ['bin/pharos.js', 'mcp'],
    env: { PATH: process.env.PATH ?? '', PHAROS_URL: `${url}/`, PHAROS_API_KEY: key },
    stderr: 'pipe',
  });
  const errors: string[] = [];
  transport.stderr?.on('data', (part) => errors.push(String(part)));
  await client.connect(transport);
  expect(client.getServerVersion()).toMatchObject({ name: 'pharos' });
  const added = await callTool(client, 'add_document', { content: 'Ice\u2028breaks off.', title: 'Calving' });
  const { id } = added.structured as { id: string };
  const read = await callTool(client, 'fetch', { id });
  expect(read.structured).toMatchObject({ id, title: 'Calving', text: '', metadata: { status: 'pending' } });
  expect((await client.listResources()).resources.map(({ uri }) => uri)).toEqual([`pharos://documents/${id}`]);
  expect(await callTool(client, 'delete_document', { id })).toMatchObject({ isError: false });
  const { pid } = transport;
  await client.close();
  expect(errors).toEqual([]);
  // The program has ended with its standard input: there is no such process any more.
  expect(() => process.kill(pid as number, 0)).toThrow('ESRCH');
});

test('pharos mcp: without a key it uses the stored login of the server, and of no other', async () => {
  const home = await mkdtemp(join(tmpdir(), 'pharos-mcp-'));
  const Authorization = (await app.login()).Authorization ?? '';
  const tokens = { accessToken: Authorization.replace('Bearer ', ''), refreshToken: 'none' };
  const settings = { PHAROS_URL: url, XDG_CONFIG_HOME: home, HOME: home, APPDATA: home };
  const store = (origin: string) => loginStore(configFolder(settings, process.platform), origin);
  const ping = `${JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' })}\n`;
  await store('http://127.0.0.1:1').save(tokens);
  expect((await runProgram(['mcp'], settings, ping)).stdout).toContain('does not accept the credentials');
  await store(url).save(tokens);
  expect(JSON.parse((await runProgram(['mcp'], settings, ping)).stdout)).toEqual({ jsonrpc: '2.0', id: 1, result: {} });
  await rm(home, { recursive: true });
});

test('pharos mcp: without credentials it answers that some are needed, on standard error as well, and ends with its input', async () => {
  const ping = `${JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' })}\n`;
  const { code, stdout, stderr } = await runProgram(
    ['mcp'],
    { PHAROS_URL: url, HOME: '/nonexistent', XDG_CONFIG_HOME: '/nonexistent' },
    ping,
  );
  expect([code, JSON.parse(stdout)]).toEqual([
    0,
    { jsonrpc: '2.0', id: 1, error: { code: -32_000, message: expect.stringContaining('or set PHAROS_API_KEY') } },
  ]);
  expect(stderr).toMatch(/^pharos mcp: .*PHAROS_API_KEY/);
});

test.each([
  'localhost:8000',
  'ftp://127.0.0.1',
  'http://ada:pw@127.0.0.1',
])('pharos mcp: PHAROS_URL=%s is an error of usage, and nothing is written to standard output', async (PHAROS_URL) => {
  const { code, stdout, stderr } = await runProgram(['mcp'], { PHAROS_URL });
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toContain('PHAROS_URL');
});
