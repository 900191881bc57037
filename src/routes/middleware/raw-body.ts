import type { Context } from 'hono';

/** The bytes of the body as they arrived. A text made of them would lack a byte-order mark and what is no UTF-8. */
export const rawBody = async (c: Context) => new Uint8Array(await c.req.arrayBuffer());
