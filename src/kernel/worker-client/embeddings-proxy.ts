/** Passes requests for embeddings on to the worker, signed on behalf of their user, and hands its response back unread. */
import type { Config } from '../config/config.ts';
import { AppError } from '../core/errors.ts';
import { createSignedFetch, type SignedPostDependencies, type SignedRequest } from './signed-post.ts';

export interface ProxiedRequest {
  readonly userId: string;
  readonly signal: AbortSignal;
}

export interface EmbeddingsProxy {
  /** The worker's response to `POST /v1/embeddings`. Throws `unavailable` where the worker cannot be reached or refuses the API. */
  embeddings(request: ProxiedRequest & { readonly body: Uint8Array<ArrayBuffer> }): Promise<Response>;
  /** The worker's response to `GET /v1/models`; throws likewise. */
  models(request: ProxiedRequest): Promise<Response>;
}

export interface EmbeddingsProxyDependencies extends SignedPostDependencies {
  readonly config: { readonly worker: Pick<Config['worker'], 'url' | 'signingKeys'> };
}

/** A transformer may need minutes for 2,048 texts. */
const DEADLINE_MS = 5 * 60_000;
const RETRY_AFTER = 5;
/** Headers of the worker's response that are the client's to see; those about limits are the API's own. */
const PASSED_ON = ['content-type', 'retry-after'] as const;

export function createEmbeddingsProxy(dependencies: EmbeddingsProxyDependencies): EmbeddingsProxy {
  const { url } = dependencies.config.worker;
  const signedFetch = createSignedFetch(dependencies);

  async function pass({ userId, signal }: ProxiedRequest, request: Pick<SignedRequest, 'method' | 'url' | 'body' | 'headers'>) {
    const response = await signedFetch({ ...request, signal, onBehalfOf: userId, deadlineMs: DEADLINE_MS }).catch(
      (cause: unknown) => {
        signal.throwIfAborted();
        throw unavailable(cause);
      },
    );
    // The client was authenticated here: a refusal of the API's signature is not the client's fault.
    if (response.status === 401 || response.status === 403) {
      await response.body?.cancel();
      throw unavailable(new Error(`the worker responded with status ${response.status}`));
    }
    const headers = PASSED_ON.flatMap((name) => {
      const value = response.headers.get(name);
      return value === null ? [] : [[name, value] as [string, string]];
    });
    return new Response(response.body, { status: response.status, headers });
  }

  return {
    embeddings: ({ body, ...request }) =>
      pass(request, { method: 'POST', url: `${url}/v1/embeddings`, body, headers: { 'Content-Type': 'application/json' } }),
    models: (request) => pass(request, { method: 'GET', url: `${url}/v1/models` }),
  };
}

const unavailable = (cause: unknown) =>
  new AppError('unavailable', 'The embedding model cannot be reached right now', { cause, retryAfter: RETRY_AFTER });
