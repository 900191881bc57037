/**
 * Search over chunks on SQLite, where no search role of a worker answers from memory: FTS5 for keywords, libSQL's vector
 * functions for meaning, by an exact scan (docs/decisions/0039).
 */
import type { Client, InValue, Row } from '@libsql/client';
import type { ChunkFilter, ChunkHit, ChunkIndex, ChunkQuestion } from './chunk-index.ts';
import { type ScannedVectors, type ScanOptions, scanExactly } from './exact-scan.ts';
import { matchExpression } from './fts-query.ts';
import { toBytes } from './vector-bytes.ts';

export interface SqliteChunkIndexOptions extends ScanOptions {
  readonly client: Pick<Client, 'execute'>;
}

export function createSqliteChunkIndex({ client, ...scanOptions }: SqliteChunkIndexOptions): ChunkIndex {
  async function keyword(question: ChunkQuestion, filter: ChunkFilter, limit: number): Promise<ChunkHit[]> {
    const match = matchExpression(question, filter.ownerId);
    if (match === undefined) return [];
    const [within, args] = chunkCondition(filter, '+rowid');
    // Without the `+`, FTS5 would run the MATCH once for each row of the filter. The index stores the owner as a word, so its
    // hits are checked against `owner_id`.
    const { rows } = await client.execute({
      sql: `select n.seq, c.resource_id, n.score
        from (select rowid as seq, -bm25(chunks_fts, 2.0, 1.0, 0.0) as score from chunks_fts
          where chunks_fts match ? ${within} order by score desc, seq limit ?) n
        cross join chunks c on c.seq = n.seq
        where +c.owner_id = ? order by n.score desc, n.seq`,
      args: [match, ...args, limit, filter.ownerId],
    });
    return rows.map(toHit);
  }

  async function nearest(vector: Float32Array, model: string, filter: ChunkFilter, limit: number): Promise<ChunkHit[]> {
    const embedding = toBytes(vector);
    const [within, filterArgs] = chunkCondition(filter, 'chunk_seq');
    const scope = [filter.ownerId, model];
    const scan: ScannedVectors = {
      keys: async (after, most) => {
        const { rows } = await client.execute({
          // One row, because a row for each key takes as long as comparing the vectors.
          sql: `select json_group_array(chunk_seq) as keys from (select chunk_seq from chunk_vectors
            where owner_id = ? and model = ? and chunk_seq > ? ${within} order by chunk_seq limit ?)`,
          args: [...scope, after, ...filterArgs, most],
        });
        return JSON.parse(String(rows[0]?.keys)) as number[];
      },
      nearest: async (keys, most) => {
        // `cross join` and `+` make the planner look each key up.
        const { rows } = await client.execute({
          sql: `select n.seq, c.resource_id, 1 - n.distance as score
            from (select v.chunk_seq as seq, vector_distance_cos(v.embedding, ?) as distance
              from json_each(?) k cross join chunk_vectors v on v.chunk_seq = k.value and v.model = ?
              where +v.owner_id = ? and length(v.embedding) = ?
              order by distance nulls last, seq limit ?) n
            cross join chunks c on c.seq = n.seq
            where n.distance is not null order by n.distance, n.seq`,
          args: [embedding, JSON.stringify(keys), model, filter.ownerId, embedding.byteLength, most],
        });
        return rows.map(toHit);
      },
    };
    return await scanExactly(scan, limit, scanOptions);
  }

  return { keyword, nearest };
}

/** The ids of categories and of all below them. An id that the taxonomy has no longer matches itself. */
const SUBTREES = `with recursive subtree(id) as (select value from json_each(?) union
  select child.id from categories child join subtree on child.parent_id = subtree.id) select id from subtree`;
const GIVEN = 'select value from json_each(?)';
/** A value of metadata as text; JSON's booleans are numbers in SQLite. */
const METADATA = "case m.type when 'true' then 'true' when 'false' then 'false' else cast(m.value as text) end";

/** The filter's conditions on the resource `r`, as SQL to append to a condition; empty without conditions. */
function resourceConditions(filter: ChunkFilter): [sql: string, args: InValue[]] {
  const conditions: string[] = [];
  const args: InValue[] = [];
  const add = (sql: string, ...values: readonly (InValue | undefined)[]) => {
    const given = values.filter((value) => value !== undefined);
    if (given.length < values.length) return;
    conditions.push(` and ${sql}`);
    args.push(...given);
  };
  const list = (values: readonly string[] | undefined) => values && JSON.stringify(values);
  add(`r.category in (${SUBTREES})`, list(filter.category));
  add(`exists (select 1 from json_each(r.tags) t where t.value in (${GIVEN}))`, list(filter.tag));
  add(`r.language in (${GIVEN})`, list(filter.language));
  add(
    "exists (select 1 from json_each(?) t where r.content_type = t.value or r.content_type like t.value || ';%')",
    list(filter.type),
  );
  add('r.created_at >= ?', filter.after);
  add('r.created_at < ?', filter.before);
  add('r.quality_score >= ?', filter.minQuality);
  for (const [key, values] of Object.entries(filter.metadata ?? {}))
    add(`exists (select 1 from json_each(r.metadata) m where m.key = ? and ${METADATA} in (${GIVEN}))`, key, list(values));
  add(`r.id in (${GIVEN})`, list(filter.resourceIds));
  return [conditions.join(''), args];
}

/** The filter as a condition on a chunk's `seq`; a subquery finds the allowed chunks once per search. */
function chunkCondition(filter: ChunkFilter, seq: '+rowid' | 'chunk_seq'): [sql: string, args: InValue[]] {
  const [where, args] = resourceConditions(filter);
  if (where === '') return ['', []];
  return [
    `and ${seq} in (select c.seq from resources r join chunks c on c.resource_id = r.id where r.owner_id = ? ${where})`,
    [filter.ownerId, ...args],
  ];
}

const toHit = (row: Row): ChunkHit => ({
  seq: Number(row.seq),
  resourceId: String(row.resource_id),
  score: Number(row.score),
});
