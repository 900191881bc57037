/**
 * pgvector's HNSW indexes, one per model with many vectors: an index covers vectors of one length, and vectors of two models
 * are never compared.
 */
import type { Sql } from 'postgres';
import { VECTOR_INDEX_PREFIX, vectorIndexName } from './chunk-index.postgres.ts';

/** Fewer vectors are scanned faster than an index is maintained. */
const MIN_VECTORS = 5_000;
/** The advisory lock of the one process that creates indexes: to another, an index in progress looks invalid. */
const LOCK = 0x70686177;
/** The longest vectors that pgvector's HNSW indexes. */
const MAX_DIMENSIONS = 2_000;

/**
 * Creates the missing indexes and returns their names. It takes minutes for many vectors but does not block writers. Call it
 * in the background, on a client with one connection and no statement timeout; closing the client releases the lock. Does
 * nothing without pgvector, or while another process creates indexes.
 */
export async function ensureVectorIndexes(
  client: Sql,
  { minVectors = MIN_VECTORS, concurrently = true }: { minVectors?: number; concurrently?: boolean } = {},
): Promise<string[]> {
  const [extension] = await client`select 1 from pg_extension where extname = 'vector'`;
  if (!extension) return [];
  const [lock] = await client<{ taken: boolean }[]>`select pg_try_advisory_lock(${LOCK}) as taken`;
  if (!lock?.taken) return [];
  const models = await client<{ model: string; size: number }[]>`
    select model, array_length(embedding, 1) as size from chunk_vectors
    group by 1, 2 having count(*) > ${minVectors} and array_length(embedding, 1) <= ${MAX_DIMENSIONS}`;
  const created: string[] = [];
  for (const { model, size } of models) {
    const name = vectorIndexName(model, size);
    const [known] = await client`
      select i.indisvalid as valid from pg_class c join pg_index i on i.indexrelid = c.oid where c.relname = ${name}`;
    if (known?.valid) continue;
    // An index whose creation was interrupted exists but is invalid.
    if (known) await client.unsafe(`drop index "${name}"`);
    const literal = `'${model.replaceAll("'", "''")}'`;
    await client.unsafe(`create index ${concurrently ? 'concurrently' : ''} "${name}" on chunk_vectors
      using hnsw ((embedding::vector(${size})) vector_cosine_ops)
      where model = ${literal} and array_length(embedding, 1) = ${size}`);
    created.push(name);
  }
  return created;
}

/**
 * Drops the indexes of models that have no vectors any more, and returns their names. Call it as `ensureVectorIndexes`. It does
 * nothing while another process creates or drops indexes.
 */
export async function dropVectorIndexes(
  client: Sql,
  { concurrently = true }: { concurrently?: boolean } = {},
): Promise<string[]> {
  const present = await client<{ name: string }[]>`
    select c.relname as name from pg_index i join pg_class c on c.oid = i.indexrelid
    where i.indrelid = 'chunk_vectors'::regclass and starts_with(c.relname, ${VECTOR_INDEX_PREFIX})`;
  if (present.length === 0) return [];
  const [lock] = await client<{ taken: boolean }[]>`select pg_try_advisory_lock(${LOCK}) as taken`;
  if (!lock?.taken) return [];
  const models = await client<{ model: string; size: number }[]>`
    select model, array_length(embedding, 1) as size from chunk_vectors group by 1, 2`;
  const used = new Set(models.map(({ model, size }) => vectorIndexName(model, size)));
  const unused = present.map(({ name }) => name).filter((name) => !used.has(name));
  for (const name of unused) await client.unsafe(`drop index ${concurrently ? 'concurrently' : ''} if exists "${name}"`);
  return unused;
}
