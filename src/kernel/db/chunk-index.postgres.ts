/**
 * Search over chunks on PostgreSQL, where no search role of a worker answers from memory: `tsvector` in each resource's language
 * for keywords. For meaning pgvector's HNSW index finds the nearest vectors of a large library; a small one, and any without the
 * extension, is scanned exactly (docs/decisions/0039).
 */
import type { Sql } from 'postgres';
import type { ChunkFilter, ChunkHit, ChunkIndex, ChunkQuestion } from './chunk-index.ts';
import { type ScannedVectors, scanExactly } from './exact-scan.ts';
import { isUnlikeAWord, type QuestionTerms, questionTerms } from './fts-query.ts';
import { withoutNul } from './open-postgres.ts';

export interface PostgresChunkIndexOptions {
  readonly client: Sql;
  /** The number of an owner's vectors up to which the index of pgvector is not asked. Default 1,000. */
  readonly annThreshold?: number;
  /** Vectors that a statement of an exact scan compares. Default 5,000. */
  readonly blockSize?: number;
}

type Fragment = ReturnType<Sql>;
type Row = { seq: number; resource_id: string; score: number };

export function createPostgresChunkIndex(options: PostgresChunkIndexOptions): ChunkIndex {
  const { client: sql, annThreshold = 1_000, blockSize } = options;
  if (!Number.isSafeInteger(annThreshold) || annThreshold < 0) throw new RangeError('annThreshold must be a whole number');

  async function keyword(question: ChunkQuestion, filter: ChunkFilter, limit: number): Promise<ChunkHit[]> {
    const terms = questionTerms(question);
    if (!terms) return [];
    const { words, phrases, excluded, prefix } = terms;
    // `websearch_to_tsquery` accepts any text: quoted terms side by side are all wanted, with `or` any of them.
    const any = [...phrases, ...words].map(quoted).join(' or ');
    const ofConfig = (text: string) => sql`websearch_to_tsquery(l.config, pharos_fold(${text}))`;
    const wanted = [
      prefix === undefined
        ? ofConfig(any)
        : sql`(${ofConfig(any)} || to_tsquery(l.config, quote_literal(pharos_fold(${prefix})) || ':*'))`,
      ...(phrases.length > 0 ? [ofConfig(phrases.map(quoted).join(' '))] : []),
      // Of an empty query, as one of function words alone, the negation is empty as well.
      ...(excluded.length > 0 ? [sql`!! ${ofConfig(excluded.map(quoted).join(' or '))}`] : []),
    ].reduce((all, one) => sql`${all} && ${one}`);
    // A stemmer's language drops function words, also from a phrase, and then the phrase is compared as it was typed.
    const isCut =
      phrases.length === 0
        ? sql`false`
        : sql`numnode(${ofConfig(phrases.map(quoted).join(' '))}) < numnode(websearch_to_tsquery('simple', pharos_fold(${phrases.map(quoted).join(' ')})))`;
    // Only the best rows are joined with the chunks.
    const rows = await sql<Row[]>`
      select n.seq, c.resource_id, n.score
      from (select s.chunk_seq as seq, ts_rank(s.document, q.query)::float8 as score
        from unnest(pharos_languages()) as l(config)
        cross join lateral (select ${wanted}, ${isCut}) as q(query, is_cut)
        join chunk_search s on s.config = l.config and s.document @@ q.query and s.owner_id = ${filter.ownerId}
        where exists (select 1 from chunk_search o where o.owner_id = ${filter.ownerId} and o.config = l.config)
        ${phrases.length === 0 ? sql`` : sql`and (not q.is_cut or exists (select 1 from chunks c where c.seq = s.chunk_seq ${holdingAll(phrases)}))`}
        ${among(filter, sql`s.chunk_seq`)}
        order by score desc, seq limit ${limit}) n
      join chunks c on c.seq = n.seq
      order by n.score desc, n.seq`;
    return rows.length > 0 ? rows.map(toHit) : await asTyped(terms, filter, limit);
  }

  /** Finds what the parser of PostgreSQL has no token for: function words alone, and `v1.2.3` in `v1.2.3-beta`. */
  async function asTyped({ words, phrases, excluded }: QuestionTerms, filter: ChunkFilter, limit: number): Promise<ChunkHit[]> {
    const isNeeded = phrases.length > 0 ? phrases.some(isUnlikeAWord) : words.every(isUnlikeAWord);
    if (!isNeeded) return [];
    const rows = await sql<Row[]>`
      select c.seq, c.resource_id, 0::float8 as score from chunks c
      where c.owner_id = ${filter.ownerId} ${phrases.length > 0 ? holdingAll(phrases) : sql`and ${holding(words)}`}
      ${excluded.length === 0 ? sql`` : sql`and not ${holding(excluded)}`} ${among(filter, sql`c.seq`)}
      order by c.seq limit ${limit}`;
    return rows.map(toHit);
  }

  /** Whether the chunk `c` has one of the terms, in any case and without accents. */
  const holding = (terms: readonly string[]) =>
    sql`(pharos_fold(c.context || E'\n' || c.text) ~* pharos_fold(${terms.map(asTypedPattern).join('|')}))`;
  const holdingAll = (terms: readonly string[]) =>
    terms.map((term) => sql`and ${holding([term])}`).reduce((all, one) => sql`${all} ${one}`);

  async function nearest(vector: Float32Array, model: string, filter: ChunkFilter, limit: number): Promise<ChunkHit[]> {
    // The zero vector, of a text without known words, has no direction and no neighbours.
    if (vector.every((value) => value === 0)) return [];
    const size = vector.length;
    const given = `{${vector.join(',')}}`;
    const rows = (await isIndexed(filter.ownerId, model, size)) ? await approximate(given, size, model, filter, limit) : [];
    // HNSW may miss rows, e.g. under a narrow filter.
    return rows.length < limit ? await exact(given, size, model, filter, limit) : found(rows);
  }

  /** Whether the owner's library is large, and the model's vectors of this length are indexed. */
  async function isIndexed(ownerId: string, model: string, size: number): Promise<boolean> {
    const [row] = await sql<{ indexed: boolean }[]>`
      select to_regclass(${vectorIndexName(model, size)}) is not null and exists (
        select 1 from chunk_vectors where owner_id = ${ownerId} and model = ${model} offset ${annThreshold}) as indexed`;
    return row?.indexed ?? false;
  }

  function exact(given: string, size: number, model: string, filter: ChunkFilter, limit: number): Promise<ChunkHit[]> {
    const scan: ScannedVectors = {
      keys: async (after, most) => {
        const rows = await sql<{ seq: number }[]>`
          select v.chunk_seq as seq from chunk_vectors v
          where v.owner_id = ${filter.ownerId} and v.model = ${model} and v.chunk_seq > ${after} ${among(filter, sql`v.chunk_seq`)}
          order by v.chunk_seq limit ${most}`;
        return rows.map(({ seq }) => Number(seq));
      },
      // `offset 0` keeps the subquery from being inlined, so the vector is parsed once and not per row.
      nearest: async (keys, most) =>
        found(
          await sql<Row[]>`
            select n.seq, c.resource_id, 1 - n.distance as score
            from (select v.chunk_seq as seq, vector_distance_cos(v.embedding, q.vector) as distance
              from (select ${given}::text::real[] as vector offset 0) q cross join chunk_vectors v
              where v.chunk_seq in (select value::bigint from json_array_elements_text(${JSON.stringify(keys)}::text::json) k(value))
                and v.model = ${model} and v.owner_id = ${filter.ownerId} and array_length(v.embedding, 1) = ${size}
              order by distance, seq limit ${most}) n
            join chunks c on c.seq = n.seq
            order by n.distance, n.seq`,
        ),
    };
    return scanExactly(scan, limit, { blockSize });
  }

  /** HNSW returns neighbours in approximate order, so more are taken and ranked again. */
  const approximate = (given: string, size: number, model: string, filter: ChunkFilter, limit: number) =>
    sql.begin('read only', async (tx) => {
      const depth = String(Math.min(1000, Math.max(100, 2 * limit)));
      const dimensions = tx.unsafe(String(size));
      const [, rows] = await Promise.all([
        // Filters apply to the rows that the index yields, so it is scanned until the page is full (pgvector 0.8). The index
        // covers one model's vectors, and a generic plan, made for any model, would not use it.
        tx`select set_config('hnsw.iterative_scan', 'relaxed_order', true), set_config('hnsw.ef_search', ${depth}, true),
          set_config('plan_cache_mode', 'force_custom_plan', true)`,
        tx<Row[]>`
          select n.seq, c.resource_id, 1 - n.distance as score
          from (select v.chunk_seq as seq, v.embedding::vector(${dimensions}) <=> ${given}::text::real[]::vector(${dimensions}) as distance
            from chunk_vectors v
            where v.model = ${model} and array_length(v.embedding, 1) = ${size} and v.owner_id = ${filter.ownerId}
            ${within(filter, tx`v.chunk_seq`)}
            order by distance limit ${limit}) n
          join chunks c on c.seq = n.seq
          order by n.distance, n.seq`,
      ]);
      return rows;
    });

  /** The filter's conditions on the resource `r`, as SQL to append; undefined without conditions. */
  function conditionsOf({ category, tag, language, type, after, before, minQuality, metadata = {}, resourceIds }: ChunkFilter) {
    const given = (values: readonly string[]) =>
      sql`(select json_array_elements_text(${withoutNul(JSON.stringify(values))}::text::json))`;
    const conditions = [
      category &&
        sql`and r.category in (with recursive subtree(id) as (select * from ${given(category)} as root(id) union
          select child.id from categories child join subtree on child.parent_id = subtree.id) select id from subtree)`,
      tag && sql`and exists (select 1 from json_array_elements_text(r.tags) t(value) where t.value in ${given(tag)})`,
      language && sql`and r.language in ${given(language)}`,
      type && sql`and split_part(r.content_type, ';', 1) in ${given(type)}`,
      after !== undefined && sql`and r.created_at >= ${after}`,
      before !== undefined && sql`and r.created_at < ${before}`,
      minQuality !== undefined && sql`and r.quality_score >= ${minQuality}`,
      ...Object.entries(metadata).map(([key, values]) => sql`and r.metadata ->> ${withoutNul(key)} in ${given(values)}`),
      resourceIds && sql`and r.id in ${given(resourceIds)}`,
    ].filter((condition) => condition !== false && condition !== undefined);
    return conditions.length === 0 ? undefined : conditions.reduce((all, condition) => sql`${all} ${condition}`);
  }

  /** The filter as a condition on a chunk's `seq`; a subquery finds the allowed chunks once per search. */
  function among(filter: ChunkFilter, seq: Fragment) {
    const conditions = conditionsOf(filter);
    return conditions === undefined
      ? sql``
      : sql`and ${seq} in (select c.seq from resources r join chunks c on c.resource_id = r.id
          where r.owner_id = ${filter.ownerId} ${conditions})`;
  }

  /** The same, checked per chunk in the order of the index; `offset 0` keeps the planner from making it a join. */
  function within(filter: ChunkFilter, seq: Fragment) {
    const conditions = conditionsOf(filter);
    return conditions === undefined
      ? sql``
      : sql`and exists (select 1 from chunks c join resources r on r.id = c.resource_id where c.seq = ${seq} ${conditions} offset 0)`;
  }

  return { keyword, nearest };
}

/** How the names of HNSW indexes begin. */
export const VECTOR_INDEX_PREFIX = 'chunk_vectors_hnsw_';

/** The name of the HNSW index over one model's vectors: the model is hashed, because PostgreSQL limits names to 63 bytes. */
export function vectorIndexName(model: string, size: number): string {
  let hash = 5381;
  for (const character of model) hash = (Math.imul(hash, 33) ^ (character.codePointAt(0) ?? 0)) >>> 0;
  return `${VECTOR_INDEX_PREFIX}${hash.toString(36)}_${size}`;
}

/** A regular expression for a term between other characters than letters, any space for a space. */
const asTypedPattern = (term: string) =>
  `(?<!\\w)${term.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&').replaceAll(/\s+/g, '\\s+')}(?!\\w)`;

const quoted = (term: string) => `"${term.replaceAll('"', ' ')}"`;

/** Drops rows without a finite distance, e.g. those of zero vectors. */
const found = (rows: readonly Row[]) => rows.filter(({ score }) => Number.isFinite(score)).map(toHit);
const toHit = (row: Row): ChunkHit => ({ seq: Number(row.seq), resourceId: row.resource_id, score: Number(row.score) });
