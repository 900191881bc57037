/** PostgreSQL (PGlite) with pgvector's HNSW index and a GIN index of tsvector, called without a socket, fused by reciprocal ranks. */
import { PGlite } from '@electric-sql/pglite';
import { vector as pgvector } from '@electric-sql/pglite-pgvector';
import { CANDIDATES, fuse, type SearchPeer } from './search-peer.ts';

const BY_WORDS = `select document from chunks, to_tsquery('english', $1) query
  where words @@ query and ($3::text is null or tags @> array[$3]) order by ts_rank(words, query) desc limit $2`;
const BY_VECTOR = `select document from chunks
  where $3::text is null or tags @> array[$3] order by embedding <=> $1::vector limit $2`;

export async function openPostgresPeer(dimensions: number): Promise<SearchPeer> {
  const db = await PGlite.create({ extensions: { vector: pgvector } });
  await db.exec(`
    create extension vector;
    create table chunks (seq integer primary key, document text not null, tags text[] not null,
      words tsvector not null, embedding vector(${dimensions}) not null);`);
  return {
    name: 'PostgreSQL (PGlite): tsvector and pgvector',
    add: async (documents) => {
      await db.transaction(async (tx) => {
        for (const { id, tags, chunks } of documents)
          for (const { seq, context, text, embedding } of chunks)
            await tx.query(
              `insert into chunks values ($1, $2, $3, setweight(to_tsvector('english', $4), 'A') || to_tsvector('english', $5), $6)`,
              [seq, id, tags, context, text, literal(embedding)],
            );
      });
    },
    ready: async () => {
      await db.exec(`
        create index on chunks using gin (words);
        create index on chunks using gin (tags);
        create index on chunks using hnsw (embedding vector_cosine_ops);
        set hnsw.ef_search = ${CANDIDATES};
        set hnsw.iterative_scan = strict_order;
        analyze chunks;`);
    },
    ask: async ({ text, vector, tag = null }) => {
      const words = await db.query<{ document: string }>(BY_WORDS, [text.split(' ').join(' | '), CANDIDATES, tag]);
      const near = await db.query<{ document: string }>(BY_VECTOR, [literal(vector), CANDIDATES, tag]);
      return fuse([words.rows, near.rows]);
    },
    close: () => db.close(),
  };
}

function literal(vector: Float32Array): string {
  return `[${vector.join(',')}]`;
}
