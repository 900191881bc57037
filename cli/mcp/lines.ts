/** Lines of a stream of UTF-8 that end with LF alone: `readline` would also end them at U+2028, which JSON may contain. */

/** `undefined` stands for a line of more than `limit` characters, which is not kept. */
export async function* readLines(input: AsyncIterable<Uint8Array | string>, limit: number): AsyncGenerator<string | undefined> {
  const decoder = new TextDecoder();
  /** The current line, as far as it has come. */
  let parts: string[] = [];
  let length = 0;
  const take = (part: string) => {
    length += part.length;
    if (length <= limit) parts.push(part);
    else parts = [];
  };
  const end = () => {
    const line = length <= limit ? parts.join('') : undefined;
    parts = [];
    length = 0;
    return line;
  };
  for await (const chunk of input) {
    const text = typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true });
    let from = 0;
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', from)) {
      take(text.slice(from, at));
      yield end();
      from = at + 1;
    }
    take(text.slice(from));
  }
  if (length > 0) yield end();
}
