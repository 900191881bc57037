/** The Node side of a request: files from disk, the client's address from the socket, headers set on the response. */
import type { HttpBindings } from '@hono/node-server';
import { getConnInfo } from '@hono/node-server/conninfo';
import { createAssets } from '../../adapters/assets.ts';
import type { Runtime } from '../../routes/runtime.ts';

export function nodeRuntime(): Runtime {
  return {
    asset: createAssets(),
    clientAddress: (c) => getConnInfo(c).remote.address ?? null,
    setHeader: (c, name, value) => {
      // Node merges these with the response's own headers, which win. In a test there is no socket and no `outgoing`.
      const { outgoing } = (c.env ?? {}) as Partial<HttpBindings>;
      if (outgoing) outgoing.setHeader(name, value);
      else c.header(name, value);
    },
  };
}
