/**
 * Search over chunks on PostgreSQL: `tsvector` in each resource's language for words; for meaning pgvector's HNSW index
 * where the extension is there and the library is large, else every vector compared.
 */
import type { Sql } from 'postgres';
import type { ChunkFilter, ChunkHit, ChunkIndex } from './chunk-index.ts';
import { queryTerms } from './fts-query.ts';
import { withoutNul } from './open-postgres.ts';

export interface PostgresChunkIndexOptions {
  readonly client: Sql;
  /** The number of an owner's chunks up to which every vector is compared. Default 5,000. */
  readonly annThreshold?: number;
}

type Row = { seq: number; resource_id: string; score: number };

export function createPostgresChunkIndex({ client: sql, annThreshold = 5_000 }: PostgresChunkIndexOptions): ChunkIndex {
  if (!Number.isSafeInteger(annThreshold) || annThreshold < 0) throw new RangeError('annThreshold must be a whole number');

  async function keyword(query: string, filter: ChunkFilter, limit: number): Promise<ChunkHit[]> {
    const terms = queryTerms(query);
    if (terms.length === 0) return [];
    // Every term a phrase, any of them enough: `websearch_to_tsquery` takes any text for one.
    const search = terms.map((term) => `"${term.replaceAll('"', ' ')}"`).join(' or ');
    const condition = within(filter);
    // Without a filter only the best are looked up among the chunks.
    const rows = await sql<Row[]>`
      select n.seq, c.resource_id, n.score
      from (select s.chunk_seq as seq, ts_rank(s.document, q.query)::float8 as score
        from unnest(pharos_languages()) as l(config)
        cross join lateral (select websearch_to_tsquery(l.config, pharos_fold(${search}))) as q(query)
        join chunk_search s on s.config = l.config and s.document @@ q.query and s.owner_id = ${filter.ownerId}
        ${condition ? sql`join chunks c on c.seq = s.chunk_seq` : sql``}
        where exists (select 1 from chunk_search o where o.owner_id = ${filter.ownerId} and o.config = l.config)
        ${condition ?? sql``}
        order by score desc, seq limit ${limit}) n
      join chunks c on c.seq = n.seq
      order by n.score desc, n.seq`;
    return rows.map(toHit);
  }

  async function nearest(vector: Float32Array, model: string, filter: ChunkFilter, limit: number): Promise<ChunkHit[]> {
    // A text without meaning is near nothing.
    if (vector.every((value) => value === 0)) return [];
    const size = vector.length;
    const given = `{${vector.join(',')}}`;
    const index = (await isLarge(filter.ownerId, model)) ? await hasVectorIndex(model, size) : false;
    let rows = index ? await approximate(given, size, model, filter, limit) : [];
    // No page, or not a full one: a narrow filter, or places that the graph does not lead to. Then every vector is compared.
    if (rows.length < limit) rows = await exact(given, size, model, filter, limit);
    return rows.filter(({ score }) => Number.isFinite(score)).map(toHit);
  }

  const exact = (given: string, size: number, model: string, filter: ChunkFilter, limit: number) => sql<Row[]>`
    select n.seq, c.resource_id, 1 - n.distance as score
    from (select c.seq, vector_distance_cos(v.embedding, ${given}::text::real[]) as distance
      from chunk_vectors v join chunks c on c.seq = v.chunk_seq
      where v.owner_id = ${filter.ownerId} and v.model = ${model} and array_length(v.embedding, 1) = ${size} ${within(filter) ?? sql``}
      order by distance, c.seq limit ${limit}) n
    join chunks c on c.seq = n.seq
    where n.distance is not null and n.distance <> 'NaN'
    order by n.distance, n.seq`;

  /** The index gives an order, its neighbours' places in it may be a little wrong: more are taken and ranked again. */
  const approximate = (given: string, size: number, model: string, filter: ChunkFilter, limit: number) =>
    sql.begin('read only', async (tx) => {
      // Filters are applied to what the index finds: it goes on until the page is full (pgvector 0.8).
      await tx`set local hnsw.iterative_scan = relaxed_order`;
      await tx`set local hnsw.ef_search = ${tx.unsafe(String(Math.min(1000, Math.max(100, 2 * limit))))}`;
      const dimensions = tx.unsafe(String(size));
      return tx<Row[]>`
        select n.seq, n.resource_id, 1 - n.distance as score
        from (select c.seq, c.resource_id, v.embedding::vector(${dimensions}) <=> ${given}::text::real[]::vector(${dimensions}) as distance
          from chunk_vectors v join chunks c on c.seq = v.chunk_seq
          where v.model = ${model} and array_length(v.embedding, 1) = ${size} and v.owner_id = ${filter.ownerId} ${within(filter) ?? sql``}
          order by distance limit ${limit}) n
        where n.distance <> 'NaN'
        order by n.distance, n.seq`;
    });

  async function isLarge(ownerId: string, model: string): Promise<boolean> {
    const [row] = await sql<{ count: number }[]>`select count(*)::int as count from
      (select 1 from chunk_vectors where owner_id = ${ownerId} and model = ${model} limit ${annThreshold + 1}) as counted`;
    return (row?.count ?? 0) > annThreshold;
  }

  async function hasVectorIndex(model: string, size: number): Promise<boolean> {
    const [row] = await sql<{ found: boolean }[]>`
      select to_regclass(${vectorIndexName(model, size)}) is not null as found`;
    return row?.found === true;
  }

  /** What a filter says of the resource of the chunk `c`; undefined where it says nothing. */
  function within({ minQuality, resourceIds, ...texts }: ChunkFilter) {
    const [category, tag, language] = [texts.category, texts.tag, texts.language].map((text) => text && withoutNul(text));
    const conditions = [
      category !== undefined && sql`and r.category = ${category}`,
      tag !== undefined && sql`and ${tag} in (select json_array_elements_text(r.tags))`,
      language !== undefined && sql`and r.language = ${language}`,
      minQuality !== undefined && sql`and r.quality_score >= ${minQuality}`,
      resourceIds && sql`and r.id in (select json_array_elements_text(${withoutNul(JSON.stringify(resourceIds))}::text::json))`,
    ].filter((condition) => condition !== false && condition !== undefined);
    if (conditions.length === 0) return undefined;
    return sql`and exists (select 1 from resources r where r.id = c.resource_id
      ${conditions.reduce((all, condition) => sql`${all} ${condition}`)})`;
  }

  return { keyword, nearest };
}

/** The HNSW index over one model's vectors; an index name has at most 63 bytes. */
export function vectorIndexName(model: string, size: number): string {
  let hash = 5381;
  for (const character of model) hash = (Math.imul(hash, 33) ^ (character.codePointAt(0) ?? 0)) >>> 0;
  return `chunk_vectors_hnsw_${hash.toString(36)}_${size}`;
}

const toHit = (row: Row): ChunkHit => ({ seq: Number(row.seq), resourceId: row.resource_id, score: Number(row.score) });
