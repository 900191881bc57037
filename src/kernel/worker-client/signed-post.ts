/** Requests to the peer (API or worker), signed with the current key in QStash's form. */
import type { Config } from '../config/config.ts';
import type { Clock, Fetch, Ids } from '../core/ports.ts';
import { SIGNATURE_HEADER, type SignedTarget, signRequest } from './signatures.ts';

export interface SignedPostDependencies {
  readonly config: { readonly worker: Pick<Config['worker'], 'signingKeys'> };
  readonly fetch: Fetch;
  readonly clock: Clock;
  readonly ids: Ids;
}

export interface SignedPost {
  readonly url: string;
  /** What the signature covers, where that is not `url`: the URL by which the receiver knows itself, or what it is. */
  readonly signedUrl?: string | SignedTarget;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly deadlineMs: number;
  /** Cancels the request before its deadline. */
  readonly signal?: AbortSignal | undefined;
}

export interface SignedRequest extends Omit<SignedPost, 'body'> {
  readonly method: 'GET' | 'POST';
  /** Absent for GET. */
  readonly body?: Uint8Array<ArrayBuffer> | string;
  /** The user whose request this passes on. */
  readonly onBehalfOf?: string;
}

/**
 * Returns a function that resolves with the response, whatever its status; redirects are not followed. It rejects where
 * the deadline passes, `signal` fires or the connection fails. The caller consumes or cancels the response's body.
 */
export function createSignedFetch({ config, fetch, clock, ids }: SignedPostDependencies) {
  const key = config.worker.signingKeys.current;

  return async function signedFetch(request: SignedRequest): Promise<Response> {
    const { method, url, signedUrl = url, body, headers, deadlineMs, signal, onBehalfOf } = request;
    const deadline = AbortSignal.timeout(deadlineMs);
    const signature = await signRequest({ key, url: signedUrl, body: body ?? '', onBehalfOf, clock, ids });
    return await fetch(url, {
      method,
      headers: { ...headers, [SIGNATURE_HEADER]: signature },
      ...(body === undefined ? {} : { body }),
      redirect: 'manual',
      signal: signal ? AbortSignal.any([signal, deadline]) : deadline,
    });
  };
}

/** A JSON POST, as `createSignedFetch` sends it. */
export function createSignedPost(dependencies: SignedPostDependencies) {
  const signedFetch = createSignedFetch(dependencies);

  return ({ body, headers, ...request }: SignedPost): Promise<Response> =>
    signedFetch({
      ...request,
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
}
