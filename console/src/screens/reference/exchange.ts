/** Sends a request and reads its response bit by bit, so that an event stream is seen as it comes. */
import { signal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import { client } from '../../api/client.ts';
import type { BuiltRequest } from './request.ts';
import { authorizationToSend, readSessionToken } from './token.ts';

export interface Exchange {
  readonly state: 'waits' | 'receiving' | 'ended' | 'stopped' | 'failed' | 'redirected';
  readonly status: number;
  readonly statusText: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly contentType: string;
  /** Milliseconds until all of it was there. */
  readonly ms: number;
  readonly bytes: number;
  /** Undefined for what is not text. */
  readonly text: string | undefined;
  /** More than the text came. */
  readonly isCut: boolean;
  /** All of it, to save, under a type that no browser opens as a page of this origin. */
  readonly whole: Blob | undefined;
}

/** A page that shows more would answer no key for seconds. */
export const MAX_SHOWN = 100_000;
const MAX_BYTES = 50_000_000;
const TEXT = /^text\/|[/+](?:json|xml|javascript|x-www-form-urlencoded)\b/;

const NOTHING: Exchange = {
  ...{ state: 'waits', status: 0, statusText: '', headers: [], contentType: '', ms: 0, bytes: 0 },
  ...{ text: undefined, isCut: false, whole: undefined },
};

/** A request that is under way when the operation is closed is given up. */
export function useExchange() {
  const exchange = useMemo(createExchange, []);
  useEffect(() => exchange.stop, []);
  return exchange;
}

function createExchange() {
  const current = signal<Exchange | undefined>(undefined);
  let running: AbortController | undefined;

  function stop(): void {
    running?.abort();
    running = undefined;
  }

  async function send({ path, ...request }: BuiltRequest): Promise<void> {
    stop();
    const own = new AbortController();
    running = own;
    const began = performance.now();
    const show = (change: Partial<Exchange>) => {
      if (running === own || own.signal.aborted) {
        current.value = { ...(current.peek() ?? NOTHING), ...change, ms: Math.round(performance.now() - began) };
      }
    };
    current.value = NOTHING;
    try {
      const authorization = authorizationToSend();
      const given = authorization === undefined ? {} : { authorization };
      const response = await client.send(path, { ...request, ...given, signal: own.signal });
      if (response.type === 'opaqueredirect') return show({ state: 'redirected' });
      const contentType = response.headers.get('content-type') ?? '';
      const { status, statusText } = response;
      show({ state: 'receiving', status, statusText, contentType, headers: [...response.headers] });
      await receive(response, TEXT.test(contentType), show);
      show({ state: 'ended' });
    } catch {
      show({ state: own.signal.aborted ? 'stopped' : 'failed' });
    } finally {
      if (running === own) running = undefined;
      void readSessionToken();
    }
  }

  return { current, send, stop };
}

async function receive(response: Response, isText: boolean, show: (change: Partial<Exchange>) => void): Promise<void> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  const reader = response.body?.getReader();
  for (let read = await reader?.read(); read && !read.done; read = await reader?.read()) {
    chunks.push(read.value);
    bytes += read.value.byteLength;
    if (isText && text.length <= MAX_SHOWN) text += decoder.decode(read.value, { stream: true });
    show({ bytes, text: isText ? text.slice(0, MAX_SHOWN) : undefined, isCut: text.length > MAX_SHOWN });
    if (bytes > MAX_BYTES) {
      await reader?.cancel();
      break;
    }
  }
  const type = 'application/octet-stream';
  show({
    bytes,
    text: isText ? text.slice(0, MAX_SHOWN) : undefined,
    whole: bytes === 0 ? undefined : new Blob(chunks, { type }),
  });
}
