/** The vectors of labelled texts, made as the worker makes a document's, and kept in node_modules/.cache: they take minutes. */
import { hash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Embedder } from '../../worker-node/embedder/embedder.ts';
import { chunkText } from '../../worker-node/ingest/chunk.ts';
import { contextOf } from '../../worker-node/ingest/chunk-context.ts';
import { embedChunks } from '../../worker-node/stages/document-vectors.ts';
import type { LabelledText } from './sets.ts';

const CACHE = join(import.meta.dirname, '../../node_modules/.cache/bench-taxonomy');
/** Characters embedded of a text. */
export const LONGEST = 6_000;

/** Of each text in their order; null where it has none. */
export async function vectorsOf(embedder: Embedder, texts: readonly LabelledText[]): Promise<(Float32Array | null)[]> {
  const chunked = texts.map(({ title, text }) => {
    const short = text.slice(0, LONGEST);
    const sections = [{ headingPath: [], inherited: 0, headingStart: 0, start: 0, end: short.length }];
    return chunkText(short, sections, { title, language: 'en' }).map(({ start, end }) => ({
      context: contextOf(title, []),
      text: short.slice(start, end),
    }));
  });
  const file = join(CACHE, `${hash('sha256', JSON.stringify([embedder.model, chunked]), 'hex').slice(0, 16)}.json`);
  if (existsSync(file))
    return (JSON.parse(readFileSync(file, 'utf8')) as (number[] | null)[]).map((kept) => kept && Float32Array.from(kept));
  const vectors: (Float32Array | null)[] = [];
  for (const chunks of chunked)
    vectors.push((await embedChunks(embedder, chunks, { signal: new AbortController().signal })).mean);
  mkdirSync(CACHE, { recursive: true });
  writeFileSync(file, JSON.stringify(vectors.map((vector) => vector && [...vector])));
  return vectors;
}
