/** A reader of event streams: what a browser's EventSource does, one event at a time. */

export interface StreamEvent {
  readonly event: string;
  readonly id: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into whatever was sent.
  readonly data: any;
}

/** Comments are events named `comment`. */
export function readEvents(response: Response) {
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  const decoder = new TextDecoder();
  let text = '';

  /** The next event; undefined at the end of the stream. */
  async function next(): Promise<StreamEvent | undefined> {
    for (;;) {
      const end = text.indexOf('\n\n');
      if (end >= 0) {
        const block = text.slice(0, end);
        text = text.slice(end + 2);
        return parse(block);
      }
      const { value, done } = await reader.read();
      if (done) {
        if (text !== '') throw new Error(`the stream ended within an event: ${text}`);
        return undefined;
      }
      text += decoder.decode(value, { stream: true });
    }
  }

  async function rest(): Promise<StreamEvent[]> {
    const events: StreamEvent[] = [];
    for (let event = await next(); event; event = await next()) events.push(event);
    return events;
  }

  return { next, rest, leave: () => reader.cancel() };
}

function parse(block: string): StreamEvent {
  if (block.startsWith(':')) return { event: 'comment', id: '', data: block.slice(1).trim() };
  const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1] ?? '';
  return { event: field('event'), id: field('id'), data: JSON.parse(field('data')) };
}
