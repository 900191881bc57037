/** Query embedding as the API sees it: the worker's `/v1/embeddings`, signed, with a deadline. */
import { z } from 'zod';
import type { Config } from '../config/config.ts';
import { AppError } from '../core/errors.ts';
import type { Clock, Fetch, Ids } from '../core/ports.ts';
import { SIGNATURE_HEADER, signRequest } from './signatures.ts';

export interface QueryEmbedding {
  /** What made it: compare it with vectors of the same model only. */
  readonly model: string;
  /** L2-normalised, or zero for a text without any word the model knows. */
  readonly vector: Float32Array;
}

export interface QueryEmbedder {
  /** AppError `unavailable` when the worker does not answer in time; the reason of `signal` when that fired. */
  embed(text: string, signal?: AbortSignal): Promise<QueryEmbedding>;
}

export interface QueryEmbedderDependencies {
  readonly config: { readonly worker: Pick<Config['worker'], 'url' | 'signingKeys'> };
  readonly fetch: Fetch;
  readonly clock: Clock;
  readonly ids: Ids;
}

const DEADLINE_MS = 2000;
/** Queries remembered, and for how long: people page through results, and a new model must show soon. */
const REMEMBERED = 500;
const REMEMBERED_MS = 5 * 60_000;

const answerSchema = z.object({ model: z.string().min(1), data: z.array(z.object({ embedding: z.string() })).length(1) });

export function createQueryEmbedder({ config, fetch, clock, ids }: QueryEmbedderDependencies): QueryEmbedder {
  const url = `${config.worker.url}/v1/embeddings`;
  // A Map iterates in order of insertion, and each use inserts again: the first is the one least recently used.
  const recent = new Map<string, QueryEmbedding & { readonly until: number }>();

  async function embed(text: string, signal?: AbortSignal): Promise<QueryEmbedding> {
    signal?.throwIfAborted();
    const key = await digest(text);
    const known = recent.get(key);
    recent.delete(key);
    const found =
      known && known.until > clock.now() ? known : { ...(await ask(text, signal)), until: clock.now() + REMEMBERED_MS };
    recent.set(key, found);
    const [oldest] = recent.keys();
    if (recent.size > REMEMBERED && oldest !== undefined) recent.delete(oldest);
    return { model: found.model, vector: found.vector.slice() };
  }

  async function ask(text: string, signal: AbortSignal | undefined): Promise<QueryEmbedding> {
    const body = JSON.stringify({ input: text, input_type: 'query', encoding_format: 'base64' });
    const deadline = AbortSignal.timeout(DEADLINE_MS);
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: {
          'Content-Type': 'application/json',
          [SIGNATURE_HEADER]: await signRequest({ key: config.worker.signingKeys.current, url, body, clock, ids }),
        },
        body,
        redirect: 'manual',
        signal: signal ? AbortSignal.any([signal, deadline]) : deadline,
      });
      if (!response.ok) {
        await response.body?.cancel();
        throw new Error(`the worker answered ${response.status}`);
      }
      const { model, data } = answerSchema.parse(await response.json());
      return { model, vector: decode(data[0]?.embedding ?? '') };
    } catch (cause) {
      signal?.throwIfAborted();
      throw new AppError('unavailable', 'Semantic search is not available right now', { cause });
    }
  }

  return { embed };
}

async function digest(text: string): Promise<string> {
  const bytes = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)));
  return String.fromCharCode(...bytes);
}

/** Little-endian float32 numbers in base64. */
function decode(base64: string): Float32Array {
  const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
  if (bytes.length === 0 || bytes.length % 4 !== 0) throw new Error('the embedding is not made of 32-bit numbers');
  return new Float32Array(bytes.buffer);
}
