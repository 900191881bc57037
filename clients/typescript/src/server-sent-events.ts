/** A parser of Server-Sent Events (WHATWG HTML section 9.2.6). */

export interface ServerSentEvent {
  readonly id: string | undefined;
  readonly event: string;
  readonly data: string;
}

/** Characters of one event. The server's are a few kilobytes. */
const MAX_EVENT = 1024 * 1024;

/** The events of a stream. Comments, which keep a connection open, are yielded as undefined. What is cut off is left out. */
export async function* serverSentEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<ServerSentEvent | undefined, void> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  let block: string[] = [];
  let size = 0;
  let id: string | undefined;
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      const lines = (rest + decoder.decode(value, { stream: true })).split(/\r\n|\n|\r(?!$)/);
      rest = lines.pop() ?? '';
      for (const line of lines) {
        size += line.length;
        if (line !== '') block.push(line);
        else if (block.length > 0) {
          const event = parseBlock(block, id);
          id = event?.id ?? id;
          yield event;
          [block, size] = [[], 0];
        }
      }
      if (size + rest.length > MAX_EVENT) throw new TypeError(`an event of the stream is longer than ${MAX_EVENT} characters`);
    }
  } finally {
    // Also where the consumer stops: the connection is closed.
    await reader.cancel().catch(() => undefined);
  }
}

function parseBlock(lines: readonly string[], lastId: string | undefined): ServerSentEvent | undefined {
  let id = lastId;
  let event = 'message';
  const data: string[] = [];
  for (const line of lines) {
    const [, field, value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? [];
    if (field === 'data') data.push(value);
    else if (field === 'event') event = value;
    else if (field === 'id' && !value.includes('\0')) id = value;
  }
  return data.length === 0 ? undefined : { id, event, data: data.join('\n') };
}
