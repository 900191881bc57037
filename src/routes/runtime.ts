/** What differs between Node and Workers in serving a request; one small implementation per runtime. */
import type { Context } from 'hono';
import type { AppEnv, SetHeader } from './env.ts';

export interface Asset {
  readonly body: Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>;
  readonly contentType: string;
  /** Quoted, as it stands in the header. */
  readonly etag?: string;
}

export interface Runtime {
  /** One of the files that ship with Pharos, by its name in the console; undefined for any other name. */
  asset(name: string): Promise<Asset | undefined>;
  /** The address of the peer that opened the connection; null where the runtime does not tell. */
  clientAddress(c: Context<AppEnv>): string | null;
  /** Sets a header of the answer that is still to be made, cheaper than `c.header`, which serves where this is left out. */
  readonly setHeader?: SetHeader | undefined;
  /** How large a file in a form may be, where memory is short; undefined: as large as any upload. */
  readonly maxUploadBytes?: number | undefined;
  /** How long an event stream lasts at most, in milliseconds; clients then reconnect. Undefined: until it is over. */
  readonly maxStreamMs?: number | undefined;
}
