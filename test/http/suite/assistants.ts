/** Assistants over HTTP: the SDK's own client against each runtime. `test/routes/mcp*.test.ts` have the rest of their behaviour. */
import { expect, test } from 'vitest';
import { callTool, connectAssistant } from '../../support/kits/assistant.ts';
import type { Deployment } from '../../support/kits/deployment.ts';
import { library } from './library.ts';
import { anonymous, bearer, person } from './people.ts';

export function assistants(deployment: () => Deployment): void {
  const connect = (token: string) => connectAssistant(`${deployment().url}/mcp`, bearer(token));

  test('assistants: a document is added, followed, found, read and deleted by tools alone', async () => {
    const ada = await person(deployment());
    const assistant = await connect(ada.access_token);
    expect((await assistant.listTools()).tools.map(({ name }) => name)).toContain('search');
    const added = await callTool(assistant, 'add_document', {
      content: 'Where glaciers meet the sea, ice breaks off into the water.',
      title: 'Calving',
    });
    const { id } = added.structured as { id: string };
    expect((await ada.finished(id)).overall_status).toBe('completed');
    expect((await callTool(assistant, 'document_status', { id })).structured).toMatchObject({ overall_status: 'completed' });
    const found = await callTool(assistant, 'search', { query: 'frozen water falling into the ocean' });
    const url = `${deployment().url}/app/documents/${id}`;
    expect(found.structured).toMatchObject({ results: [{ id, title: 'Calving', url }] });
    const read = await callTool(assistant, 'fetch', { id });
    expect(read.structured).toMatchObject({
      id,
      url,
      text: expect.stringContaining('ice breaks off'),
      metadata: { truncated: false },
    });
    expect((await assistant.listResources()).resources.map(({ uri }) => uri)).toEqual([`pharos://documents/${id}`]);
    const page = await anonymous(deployment()).call<string>('GET', new URL(url).pathname);
    expect([page.status, page.body]).toEqual([200, expect.stringContaining('<title>Pharos</title>')]);
    expect((await callTool(assistant, 'delete_document', { id })).isError).toBe(false);
    expect((await callTool(assistant, 'fetch', { id })).isError).toBe(true);
    await assistant.close();
  });

  test('assistants: documents have the url that they came from, and similar ones', async () => {
    const { owner, ids } = await library(deployment());
    const assistant = await connect(owner.access_token);
    const read = await callTool(assistant, 'fetch', { id: ids.glacier });
    expect(read.structured).toMatchObject({ url: `${deployment().site.url}/glacier.html` });
    const { structured } = await callTool(assistant, 'similar', { id: ids.glacier });
    expect((structured as { similar: unknown[] }).similar.length).toBeGreaterThan(0);
    await assistant.close();
  });

  test('assistants: without credentials /mcp is 401 and names where to get some; GET is 405', async () => {
    const ping = { jsonrpc: '2.0', id: 1, method: 'ping' };
    const stranger = await anonymous(deployment()).call('POST', '/mcp', ping);
    expect([stranger.status, stranger.headers.get('www-authenticate')]).toEqual([
      401,
      expect.stringContaining('resource_metadata="'),
    ]);
    const ada = await person(deployment());
    const stream = await ada.call('GET', '/mcp', undefined, { Accept: 'text/event-stream' });
    expect([stream.status, stream.headers.get('allow')]).toEqual([405, 'POST']);
  });
}
