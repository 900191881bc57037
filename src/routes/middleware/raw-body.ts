import type { Context } from 'hono';

/** The bytes of the body as they arrived. Decoding them would lose a byte-order mark and bytes that are not UTF-8. */
export const rawBody = async (c: Context) => new Uint8Array(await c.req.arrayBuffer());
