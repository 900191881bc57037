/** An assistant as a client: the SDK's own, over HTTP. */
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';

/** The part of `fetch` that is used: an app in this process has it as well. */
type Send = (url: string, init?: RequestInit) => Response | Promise<Response>;

/** Connects to `url`. `close` it at the end. */
export async function connectAssistant(url: string, headers: Record<string, string>, send: Send = fetch): Promise<Client> {
  const client = new Client({ name: 'assistant', version: '1.0.0' });
  const transport = new StreamableHTTPClientTransport(new URL(url), {
    requestInit: { headers },
    fetch: async (address, init) => await send(String(address), init as RequestInit),
  });
  // The SDK's own types differ where optional properties are exact.
  await client.connect(transport as Parameters<Client['connect']>[0]);
  return client;
}

/** The result of a tool and its one text; a result without an error has the same in both forms. */
export async function callTool(client: Client, name: string, given: Record<string, unknown> = {}) {
  const result = (await client.callTool({ name, arguments: given })) as CallToolResult;
  const [content, ...others] = result.content;
  if (others.length > 0 || content?.type !== 'text') throw new Error(`${name} returned ${JSON.stringify(result.content)}`);
  const structured = result.structuredContent as Record<string, unknown> | undefined;
  return { isError: result.isError === true, text: content.text, structured };
}
