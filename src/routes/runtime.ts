/** The differences between Node and Workers in serving a request; each runtime implements them. */
import type { Context } from 'hono';
import type { AppEnv, SetHeader } from './env.ts';

export interface Asset {
  readonly body: Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>;
  /** The same, compressed with gzip, where what stands before the server does not compress. */
  readonly gzipped?: Uint8Array<ArrayBuffer>;
  readonly contentType: string;
  /** With quotes, as in the header. */
  readonly etag?: string;
}

export interface Runtime {
  /** A file of the console by its name; undefined for any other name. */
  asset(name: string): Promise<Asset | undefined>;
  /** Address of the peer of the connection; null if the runtime does not know it. */
  clientAddress(c: Context<AppEnv>): string | null;
  /** Sets a header of the coming response at less cost than `c.header`, which is the default. */
  readonly setHeader?: SetHeader | undefined;
  /** Largest file in a form, in bytes, where memory is scarce. Default: the largest upload. */
  readonly maxUploadBytes?: number | undefined;
  /** Largest content that a response holds, in bytes, where memory is scarce; larger ones are at the worker. Default: unlimited. */
  readonly maxContentBytes?: number | undefined;
  /** Longest life of an event stream in milliseconds, after which clients reconnect. Default: unlimited. */
  readonly maxStreamMs?: number | undefined;
}
