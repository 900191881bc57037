/** What was stored of a document: its original and its text. */
import type { Credentials } from './credentials.ts';
import { requireSegment } from './path-segment.ts';
import type { Transport } from './transport.ts';

export interface ReadBackContext {
  readonly url: string;
  readonly transport: Transport;
  readonly credentials: Credentials;
}

/** The original as a file with its name and type. */
export async function readContent(context: ReadBackContext, id: string): Promise<File> {
  // Large ones are at the worker. Fetch leaves the credentials out of a redirect to another origin.
  const response = await read(context, { id, part: 'content', redirect: 'follow' });
  const type = response.headers.get('content-type') ?? '';
  return new File([await response.arrayBuffer()], filenameOf(response.headers.get('content-disposition') ?? '') ?? id, { type });
}

export async function readText(context: ReadBackContext, id: string): Promise<string> {
  return (await read(context, { id, part: 'text', redirect: 'manual' })).text();
}

interface Wanted {
  readonly id: string;
  readonly part: 'content' | 'text';
  readonly redirect: RequestRedirect;
}

function read({ url, transport, credentials }: ReadBackContext, { id, part, redirect }: Wanted): Promise<Response> {
  requireSegment('id', id);
  return transport.send(() => new Request(`${url}/resources/${encodeURIComponent(id)}/${part}`, { redirect }), { credentials });
}

/** RFC 6266; the name after RFC 8187 first. */
function filenameOf(disposition: string): string | undefined {
  const [, encoded] = /;\s*filename\*=UTF-8''([^;\s]+)/i.exec(disposition) ?? [];
  const [, plain] = /;\s*filename="([^"]*)"/i.exec(disposition) ?? [];
  if (encoded === undefined) return plain;
  try {
    return decodeURIComponent(encoded);
  } catch {
    return plain;
  }
}
