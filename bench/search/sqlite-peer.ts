/** SQLite's own full-text index and sqlite-vec, in memory and alone with the data, fused by reciprocal ranks. */
import { DatabaseSync } from 'node:sqlite';
import { CANDIDATES, fuse, type SearchPeer } from './search-peer.ts';

const BY_WORDS = `select document from (select rowid, rank from words where words match ? order by rank limit ?) found
  join chunks on chunks.seq = found.rowid order by rank`;
const BY_WORDS_TAGGED = `select document from (select words.rowid, rank from words join tags on tags.seq = words.rowid
    where words match ? and tags.tag = ? order by rank limit ?) found
  join chunks on chunks.seq = found.rowid order by rank`;
const BY_VECTOR = `select document from (select rowid, distance from vectors where embedding match ? and k = ?) found
  join chunks on chunks.seq = found.rowid order by distance`;
const BY_VECTOR_TAGGED = `select document from (select rowid, distance from vectors
    where embedding match ? and k = ? and rowid in (select seq from tags where tag = ?)) found
  join chunks on chunks.seq = found.rowid order by distance`;

export function openSqlitePeer(dimensions: number, extension: { load(db: DatabaseSync): void }): SearchPeer {
  const db = new DatabaseSync(':memory:', { allowExtension: true });
  extension.load(db);
  db.exec(`
    create table chunks (seq integer primary key, document text not null);
    create table tags (tag text not null, seq integer not null, primary key (tag, seq)) without rowid;
    create index tags_seq on tags (seq, tag);
    create virtual table words using fts5 (context, text, content = '', tokenize = 'porter unicode61');
    create virtual table vectors using vec0 (embedding float[${dimensions}] distance_metric=cosine);`);
  const insert = {
    chunk: db.prepare('insert into chunks (seq, document) values (?, ?)'),
    tag: db.prepare('insert or ignore into tags (tag, seq) values (?, ?)'),
    words: db.prepare('insert into words (rowid, context, text) values (?, ?, ?)'),
    vector: db.prepare('insert into vectors (rowid, embedding) values (?, ?)'),
  };
  const ask = {
    words: db.prepare(BY_WORDS),
    wordsTagged: db.prepare(BY_WORDS_TAGGED),
    vector: db.prepare(BY_VECTOR),
    vectorTagged: db.prepare(BY_VECTOR_TAGGED),
  };
  return {
    name: 'SQLite: FTS5 and sqlite-vec',
    add: async (documents) => {
      db.exec('begin');
      for (const { id, tags, chunks } of documents)
        for (const { seq, context, text, embedding } of chunks) {
          insert.chunk.run(seq, id);
          for (const tag of tags) insert.tag.run(tag, seq);
          insert.words.run(seq, context, text);
          insert.vector.run(BigInt(seq), bytesOf(embedding));
        }
      db.exec('commit');
    },
    ask: async ({ text, vector, tag }) => {
      const any = text
        .split(' ')
        .map((word) => `"${word}"`)
        .join(' OR ');
      const lists = [
        tag === undefined ? ask.words.all(any, CANDIDATES) : ask.wordsTagged.all(any, tag, CANDIDATES),
        tag === undefined ? ask.vector.all(bytesOf(vector), CANDIDATES) : ask.vectorTagged.all(bytesOf(vector), CANDIDATES, tag),
      ];
      return fuse(lists as unknown as { document: string }[][]);
    },
    close: async () => db.close(),
  };
}

function bytesOf(vector: Float32Array): Uint8Array {
  return new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength);
}
