/** A minimal Worker: the cost of wrangler's local proxy and workerd alone. */
export default { fetch: () => Response.json({ ok: true, items: [1, 2, 3] }) };
