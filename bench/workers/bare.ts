/** The least that a Worker can be: what wrangler's own local proxy and workerd cost by themselves. */
export default { fetch: () => Response.json({ ok: true, items: [1, 2, 3] }) };
