/** Fetches a page that a user named, without giving access to the worker's network (protection against SSRF). */
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Agent, type Dispatcher, request } from 'undici';
import { StageError } from '../../../src/kernel/core/errors.ts';
import type { Clock } from '../../../src/kernel/core/ports.ts';
import { ACCEPT } from '../../../src/kernel/model/format-lookup.ts';
import type { AddressPolicy } from './address-policy.ts';
import { decompressors } from './content-encoding.ts';
import { createCookieJar } from './cookies.ts';
import { networkError, statusError } from './fetch-errors.ts';
import { guardedConnector, type ResolveHost, resolveHost } from './guarded-connector.ts';

export interface FetchedPage {
  /** The address after redirects. */
  readonly url: string;
  /** The `Content-Type` header, several joined by commas; null without one. */
  readonly contentType: string | null;
  /** Decompressed. */
  readonly body: Uint8Array;
}

/** Throws StageError with a message for the document's owner; throws the signal's reason on abort. */
export type GuardedFetch = (url: string, signal: AbortSignal) => Promise<FetchedPage>;

export interface GuardedFetchOptions {
  readonly policy: AddressPolicy;
  readonly clock: Clock;
  readonly userAgent: string;
  readonly resolve?: ResolveHost;
  /** Milliseconds for the whole fetch: name resolution, redirects and body. */
  readonly deadlineMs?: number;
  /** Bytes of the decompressed body. */
  readonly maxBytes?: number;
  readonly maxRedirects?: number;
}

const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/** The defaults: 10 s, 10 MiB, five redirects. */
export function createGuardedFetch({
  policy,
  clock,
  userAgent,
  resolve = resolveHost,
  deadlineMs = 10_000,
  maxBytes = 10 * 1024 * 1024,
  maxRedirects = 5,
}: GuardedFetchOptions): GuardedFetch {
  const agent = new Agent({
    connect: guardedConnector(policy, resolve, deadlineMs),
    headersTimeout: deadlineMs,
    bodyTimeout: deadlineMs,
    keepAliveTimeout: 1_000,
    maxHeaderSize: 32 * 1024,
  });

  return async function guardedFetch(input, signal) {
    const deadline = AbortSignal.timeout(deadlineMs);
    const anySignal = AbortSignal.any([signal, deadline]);
    const cookies = createCookieJar(clock.now);
    let url = checkUrl(input);
    try {
      for (let redirects = 0; ; redirects++) {
        const cookie = cookies.header(url);
        const response = await request(url, {
          dispatcher: agent,
          signal: anySignal,
          headers: {
            accept: ACCEPT,
            'accept-encoding': 'gzip, deflate, br, zstd',
            'user-agent': userAgent,
            ...(cookie === undefined ? {} : { cookie }),
          },
        });
        cookies.store(url, headers(response, 'set-cookie'));
        const location = header(response, 'location');
        if (REDIRECTS.has(response.statusCode) && location !== undefined) {
          discard(response);
          if (redirects === maxRedirects) throw new StageError('permanent', `The page redirects more than ${maxRedirects} times`);
          url = checkUrl(fromUtf8(location), url);
          continue;
        }
        if (response.statusCode < 200 || response.statusCode > 299) {
          discard(response);
          throw statusError(response.statusCode, header(response, 'retry-after'), clock.now());
        }
        const body = await readBody(response, maxBytes, anySignal);
        return { url: url.href, contentType: headers(response, 'content-type').join(', ') || null, body };
      }
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      if (deadline.aborted)
        throw new StageError('transient', `${url.hostname} did not respond in full within ${deadlineMs / 1000} seconds`, {
          cause: error,
        });
      throw networkError(error, url.hostname);
    }
  };
}

/** Throws a permanent StageError unless `input` is an http(s) URL without user name and password. */
export function checkUrl(input: string, base?: URL): URL {
  if (!URL.canParse(input, base?.href))
    throw new StageError('permanent', base ? 'The page redirects to an invalid URL' : 'This is not a valid URL');
  const url = new URL(input, base);
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw new StageError('permanent', `Only http and https URLs can be fetched, not ${url.protocol.slice(0, -1).slice(0, 20)}`);
  if (url.username !== '' || url.password !== '')
    throw new StageError('permanent', 'A URL with a user name or password cannot be fetched');
  return url;
}

async function readBody(response: Dispatcher.ResponseData, maxBytes: number, signal: AbortSignal): Promise<Uint8Array> {
  const tooLarge = () => new StageError('permanent', `The page is larger than ${Math.round(maxBytes / 1024 / 1024)} MB`);
  const encodings = decompressors(headers(response, 'content-encoding').join(','));
  if (Number(header(response, 'content-length')) > maxBytes || encodings === undefined) {
    discard(response);
    throw encodings ? tooLarge() : new StageError('permanent', 'The page is compressed in an unsupported way');
  }
  const chunks: Uint8Array[] = [];
  let size = 0;
  const collect = new Writable({
    write: (chunk: Uint8Array, _encoding, callback) => {
      size += chunk.length;
      chunks.push(chunk);
      callback(size > maxBytes ? tooLarge() : null);
    },
  });
  await pipeline([response.body, ...encodings, collect], { signal });
  return Buffer.concat(chunks, size);
}

/** Drops the rest of the body, and the socket with it. */
function discard(response: Dispatcher.ResponseData): void {
  response.body.on('error', () => undefined).destroy();
}

function headers(response: Dispatcher.ResponseData, name: string): readonly string[] {
  return [response.headers[name] ?? []].flat();
}

/** The first header of this name. */
const header = (response: Dispatcher.ResponseData, name: string): string | undefined => headers(response, name)[0];

/** undici gives the bytes of a header as Latin-1; servers send addresses in UTF-8, as browsers read them. */
function fromUtf8(value: string): string {
  if (!/^[\0-\xff]*$/.test(value)) return value;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(value, 'latin1'));
  } catch {
    return value;
  }
}
