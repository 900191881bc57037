/**
 * pgvector's HNSW indexes, one for each model whose vectors are many: an index is over vectors of one length, and those of
 * two models are never compared.
 */
import type { Sql } from 'postgres';
import { vectorIndexName } from './chunk-index.postgres.ts';

/** Fewer are compared faster than an index is kept. */
const WORTH_IT = 5_000;
/** Of several processes on one database one makes indexes: to another a half made one looks like a broken one. */
const LOCK = 0x70686177;
/** pgvector indexes no longer ones. */
const LONGEST = 2_000;

/**
 * Makes the indexes that are missing and resolves to their names. Takes minutes where there are many vectors, but keeps
 * nobody from writing: call it in the background, on a client of one connection without a statement timeout, which is
 * closed afterwards and with it the lock. Does nothing without pgvector, or while another process is at it.
 */
export async function ensureVectorIndexes(
  client: Sql,
  { worthIt = WORTH_IT, concurrently = true }: { worthIt?: number; concurrently?: boolean } = {},
): Promise<string[]> {
  const [extension] = await client`select 1 from pg_extension where extname = 'vector'`;
  if (!extension) return [];
  const [lock] = await client<{ taken: boolean }[]>`select pg_try_advisory_lock(${LOCK}) as taken`;
  if (!lock?.taken) return [];
  const models = await client<{ model: string; size: number }[]>`
    select model, array_length(embedding, 1) as size from chunk_vectors
    group by 1, 2 having count(*) > ${worthIt} and array_length(embedding, 1) <= ${LONGEST}`;
  const made: string[] = [];
  for (const { model, size } of models) {
    const name = vectorIndexName(model, size);
    const [known] = await client`
      select i.indisvalid as valid from pg_class c join pg_index i on i.indexrelid = c.oid where c.relname = ${name}`;
    if (known?.valid) continue;
    // One that was being made when its process died is there and of no use.
    if (known) await client.unsafe(`drop index "${name}"`);
    const literal = `'${model.replaceAll("'", "''")}'`;
    await client.unsafe(`create index ${concurrently ? 'concurrently' : ''} "${name}" on chunk_vectors
      using hnsw ((embedding::vector(${size})) vector_cosine_ops)
      where model = ${literal} and array_length(embedding, 1) = ${size}`);
    made.push(name);
  }
  return made;
}
