/** A JSON POST to the peer (API or worker), signed with the current key in QStash's form. */
import type { Config } from '../config/config.ts';
import type { Clock, Fetch, Ids } from '../core/ports.ts';
import { SIGNATURE_HEADER, signRequest } from './signatures.ts';

export interface SignedPostDependencies {
  readonly config: { readonly worker: Pick<Config['worker'], 'signingKeys'> };
  readonly fetch: Fetch;
  readonly clock: Clock;
  readonly ids: Ids;
}

export interface SignedPost {
  readonly url: string;
  /** The URL that the signature covers, where the receiver knows itself by another than `url`. Default `url`. */
  readonly signedUrl?: string;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly deadlineMs: number;
  /** Cancels the request before its deadline. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Returns a function that resolves with the response, whatever its status; redirects are not followed. It rejects where
 * the deadline passes, `signal` fires or the connection fails. The caller consumes or cancels the response's body.
 */
export function createSignedPost({ config, fetch, clock, ids }: SignedPostDependencies) {
  const key = config.worker.signingKeys.current;

  return async function signedPost({ url, signedUrl = url, body, headers, deadlineMs, signal }: SignedPost): Promise<Response> {
    const deadline = AbortSignal.timeout(deadlineMs);
    const text = JSON.stringify(body);
    const signature = await signRequest({ key, url: signedUrl, body: text, clock, ids });
    return await fetch(url, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...headers, [SIGNATURE_HEADER]: signature },
      body: text,
      redirect: 'manual',
      signal: signal ? AbortSignal.any([signal, deadline]) : deadline,
    });
  };
}
