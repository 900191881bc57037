/** Pages of a list, one after another. */

interface Page {
  readonly next_cursor?: string | undefined;
}

/**
 * Yields every page, from the first one on:
 *
 *     for await (const page of pages((cursor) => pharos.get('/callbacks', { params: { query: { cursor } } })))
 */
export async function* pages<P extends Page>(read: (cursor: string | undefined) => Promise<P>): AsyncGenerator<P, void> {
  let cursor: string | undefined;
  do {
    const page: P = await read(cursor);
    yield page;
    // A cursor that leads to itself would never end.
    if (page.next_cursor === cursor) return;
    cursor = page.next_cursor;
  } while (cursor !== undefined);
}
