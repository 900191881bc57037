/** Embeds search queries through the worker's `/v1/embeddings`, by a signed POST with a deadline. */
import { z } from 'zod';
import type { Config } from '../config/config.ts';
import { createBoundedMap } from '../core/bounded-map.ts';
import { sha256Hex } from '../core/digest.ts';
import { AppError } from '../core/errors.ts';
import { createSignedPost, type SignedPostDependencies } from './signed-post.ts';

export interface QueryEmbedding {
  /** The id of the model that made the vector. Vectors of different models cannot be compared. */
  readonly model: string;
  /** L2-normalised, or all zeros where the model knows no word of the text. */
  readonly vector: Float32Array;
}

export interface QueryEmbedder {
  /** Throws `unavailable` where the worker fails or misses the deadline, and the signal's reason once `signal` fires. */
  embed(text: string, signal?: AbortSignal): Promise<QueryEmbedding>;
}

export interface QueryEmbedderDependencies extends SignedPostDependencies {
  readonly config: { readonly worker: Pick<Config['worker'], 'url' | 'signingKeys'> };
}

const DEADLINE_MS = 2000;
/**
 * Cached queries: paging repeats a query. New documents have no vectors by a model that was replaced, so that the lifetime bounds
 * how long such a query misses them.
 */
const CACHE_SIZE = 500;
const CACHE_MS = 60_000;

const responseSchema = z.object({ model: z.string().min(1), data: z.array(z.object({ embedding: z.string() })).length(1) });

export function createQueryEmbedder(dependencies: QueryEmbedderDependencies): QueryEmbedder {
  const { config, clock } = dependencies;
  const url = `${config.worker.url}/v1/embeddings`;
  const signedPost = createSignedPost(dependencies);
  const cache = createBoundedMap<string, QueryEmbedding>({
    capacity: CACHE_SIZE,
    evict: 'least-recently-used',
    now: () => clock.monotonic(),
  });
  /** Of the last response. A vector of another model is not used any more. */
  let latestModel: string | undefined;

  async function embed(text: string, signal?: AbortSignal): Promise<QueryEmbedding> {
    signal?.throwIfAborted();
    const key = await sha256Hex(text);
    let embedding = cache.get(key);
    if (embedding?.model !== latestModel) embedding = undefined;
    if (!embedding) {
      embedding = await request(text, signal);
      latestModel = embedding.model;
      cache.set(key, embedding, clock.monotonic() + CACHE_MS);
    }
    // A copy, so that a caller cannot change the cached vector.
    return { model: embedding.model, vector: embedding.vector.slice() };
  }

  async function request(text: string, signal: AbortSignal | undefined): Promise<QueryEmbedding> {
    try {
      const body = { input: text, input_type: 'query', encoding_format: 'base64' };
      const response = await signedPost({ url, body, deadlineMs: DEADLINE_MS, signal });
      if (!response.ok) {
        await response.body?.cancel();
        throw new Error(`the worker responded with status ${response.status}`);
      }
      const { model, data } = responseSchema.parse(await response.json());
      return { model, vector: decodeVector(data[0]?.embedding ?? '') };
    } catch (cause) {
      signal?.throwIfAborted();
      throw new AppError('unavailable', 'Semantic search is not available right now', { cause });
    }
  }

  return { embed };
}

/** Little-endian float32 numbers in base64. */
function decodeVector(base64: string): Float32Array {
  const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
  if (bytes.length === 0 || bytes.length % 4 !== 0) throw new Error('the embedding is not a list of 32-bit numbers');
  return new Float32Array(bytes.buffer);
}
