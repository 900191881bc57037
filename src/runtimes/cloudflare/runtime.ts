/** The runtime on Workers: files from the assets binding, and the client address that Cloudflare sets. */
import type { Config } from '../../kernel/config/config.ts';
import type { Asset, Runtime } from '../../routes/runtime.ts';
import type { Bindings } from './bindings.ts';

/** While a form is read, memory holds it several times, and an isolate has 128 MB for all its requests. */
const MAX_UPLOAD_BYTES = 10 * 1024 * 1024;

/** A response with a larger content would hold the memory and the database connection of an isolate for long. */
const MAX_CONTENT_BYTES = 5 * 1024 * 1024;

/** Each heartbeat of a stream calls the store twice; this many fit into the platform's limit of subrequests. */
const MAX_STREAM_MS = { free: 2 * 60_000, paid: 45 * 60_000 } as const;

export function workersRuntime(
  { ASSETS: assets }: Pick<Bindings, 'ASSETS'>,
  { workersPlan }: Pick<Config, 'workersPlan'>,
): Runtime {
  return {
    asset: async (name) => {
      if (!/^[\w.-]+(?:\/[\w.-]+)*$/.test(name)) return undefined;
      const response = await assets.fetch(new Request(`https://assets.invalid/${name}`));
      if (!response.ok || !response.body) {
        await response.body?.cancel();
        return undefined;
      }
      const etag = response.headers.get('etag');
      return {
        body: response.body as NonNullable<Asset['body']>,
        contentType: response.headers.get('content-type') ?? 'application/octet-stream',
        ...(etag === null ? {} : { etag }),
      };
    },
    // Clients cannot set this header, because Cloudflare replaces it.
    clientAddress: (c) => c.req.header('cf-connecting-ip') ?? null,
    maxUploadBytes: MAX_UPLOAD_BYTES,
    maxContentBytes: MAX_CONTENT_BYTES,
    maxStreamMs: MAX_STREAM_MS[workersPlan],
  };
}
