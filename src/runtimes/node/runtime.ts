/** Serving a request on Node: files from disk, addresses from sockets, headers straight into the answer. */
import type { HttpBindings } from '@hono/node-server';
import { getConnInfo } from '@hono/node-server/conninfo';
import { createAssets } from '../../adapters/assets.ts';
import type { Runtime } from '../../routes/runtime.ts';

export function nodeRuntime(): Runtime {
  return {
    asset: createAssets(),
    clientAddress: (c) => getConnInfo(c).remote.address ?? null,
    setHeader: (c, name, value) => {
      // Node merges these with the answer's own, which win. Without a socket, as in a test, there is nobody to give them to.
      const { outgoing } = (c.env ?? {}) as Partial<HttpBindings>;
      if (outgoing) outgoing.setHeader(name, value);
      else c.header(name, value);
    },
  };
}
