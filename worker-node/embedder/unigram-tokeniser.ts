/**
 * Tokenises as XLM-RoBERTa and its kin do (multilingual-e5, bge-m3): SentencePiece's normaliser, Metaspace and Unigram, with
 * the results of Python's `tokenizers`. Time is linear in the text.
 */
import { z } from 'zod';
import { normaliserOf, normaliserSchema } from './text-normaliser.ts';
import { createTokenTrie } from './token-trie.ts';

const metaspaceSchema = z.object({
  type: z.literal('Metaspace'),
  replacement: z.string().length(1),
  prepend_scheme: z.enum(['always', 'first', 'never']).optional(),
  add_prefix_space: z.boolean().optional(),
  split: z.boolean().optional(),
});

const isVocabulary = (value: unknown): boolean =>
  Array.isArray(value) &&
  value.every((entry) => Array.isArray(entry) && typeof entry[0] === 'string' && typeof entry[1] === 'number');

/** The part of `tokenizer.json` that this tokeniser understands. What it would ignore must not be there. */
const unigramSchema = z.object({
  normalizer: normaliserSchema.nullish(),
  pre_tokenizer: z.union([
    metaspaceSchema,
    z.object({
      type: z.literal('Sequence'),
      pretokenizers: z.tuple([z.object({ type: z.literal('WhitespaceSplit') }), metaspaceSchema]),
    }),
  ]),
  model: z.object({
    type: z.literal('Unigram'),
    unk_id: z.int().min(0),
    byte_fallback: z.literal(false).optional(),
    // A schema for each of 250,000 entries would take most of the loading time.
    vocab: z.custom<readonly (readonly [piece: string, score: number])[]>(isVocabulary),
  }),
  added_tokens: z
    .array(
      z.object({
        id: z.int().min(0),
        content: z.string().min(1),
        single_word: z.literal(false),
        lstrip: z.boolean(),
        rstrip: z.boolean(),
        normalized: z.literal(false),
      }),
    )
    .default([]),
});

/** What a character outside the vocabulary costs beside the worst piece. */
const UNKNOWN_PENALTY = 10;

/** Without special tokens around the text. */
export type EncodeUnigram = (text: string) => number[];

/** Undefined for a `tokenizer.json` of another kind. */
export function createUnigramTokeniser(json: object): EncodeUnigram | undefined {
  const parsed = unigramSchema.safeParse(json);
  if (!parsed.success) return undefined;
  const { normalizer, pre_tokenizer: pre, model, added_tokens: added } = parsed.data;
  const normalise = normalizer ? normaliserOf(normalizer) : (text: string) => text;
  const metaspace = pre.type === 'Metaspace' ? pre : pre.pretokenizers[1];
  const splitsAtSpace = pre.type === 'Sequence';
  const mark = metaspace.replacement;
  const scheme = metaspace.prepend_scheme ?? ((metaspace.add_prefix_space ?? true) ? 'always' : 'never');
  const splitsAtMark = metaspace.split ?? true;
  const unknown = model.unk_id;
  const trie = createTokenTrie(model.vocab.map(([piece], id) => [piece, id] as const));
  const scores = Float64Array.from(model.vocab, ([, score]) => score);
  const unknownScore = scores.reduce((least, score) => Math.min(least, score), Number.POSITIVE_INFINITY) - UNKNOWN_PENALTY;
  const literals = added.toSorted((a, b) => b.content.length - a.content.length);
  const literalStarts = new Set(literals.map(({ content }) => content.charCodeAt(0)));

  function encode(text: string): number[] {
    const ids: number[] = [];
    let plainFrom = 0;
    for (let at = 0; at < text.length; ) {
      const literal = literalStarts.has(text.charCodeAt(at)) && literals.find(({ content }) => text.startsWith(content, at));
      if (!literal) {
        at++;
        continue;
      }
      const before = text.slice(plainFrom, at);
      encodePlain(literal.lstrip ? withoutSpaceAtEnd(before) : before, plainFrom === 0, ids);
      ids.push(literal.id);
      at += literal.content.length;
      if (literal.rstrip) while (at < text.length && WHITE_SPACE.test(text.charAt(at))) at++;
      plainFrom = at;
    }
    encodePlain(text.slice(plainFrom), plainFrom === 0, ids);
    return ids;
  }

  function encodePlain(text: string, isFirst: boolean, ids: number[]): void {
    const normal = normalise(text);
    const parts = splitsAtSpace ? normal.split(WHITE_SPACE).filter((part) => part !== '') : [normal];
    for (const [index, part] of parts.entries()) {
      if (part === '') continue;
      const marked = part.replaceAll(' ', mark);
      const prepends = scheme === 'always' || (scheme === 'first' && isFirst && index === 0);
      const whole = prepends && !marked.startsWith(mark) ? mark + marked : marked;
      if (!splitsAtMark) encodeWord(whole, 0, whole.length, ids);
      else
        for (let start = 0; start < whole.length; ) {
          const next = whole.indexOf(mark, start + 1);
          const end = next === -1 ? whole.length : next;
          encodeWord(whole, start, end, ids);
          start = end;
        }
    }
  }

  /** Of the best way to each position: its score, and the last piece. */
  let best = new Float64Array(256);
  let startOf = new Int32Array(256);
  let pieceOf = new Int32Array(256);

  /** Viterbi's algorithm; consecutive unknown pieces are one token. Of ways with equal scores the one found first is taken. */
  function encodeWord(text: string, from: number, to: number, ids: number[]): void {
    const size = to - from;
    if (size >= best.length) {
      best = new Float64Array(2 * size);
      startOf = new Int32Array(2 * size);
      pieceOf = new Int32Array(2 * size);
    }
    startOf.fill(-1, 0, size + 1);
    best[0] = 0;
    const offer = (end: number, score: number, start: number, piece: number): void => {
      if (startOf[end] !== -1 && score <= (best[end] ?? 0)) return;
      best[end] = score;
      startOf[end] = start;
      pieceOf[end] = piece;
    };
    for (let start = 0; start < size; ) {
      const first = text.charCodeAt(from + start);
      const width = first >= 0xd800 && first <= 0xdbff && start + 1 < size ? 2 : 1;
      const soFar = best[start] ?? 0;
      let known = false;
      for (let end = start, node = 0; end < size; ) {
        node = trie.child(node, text.charCodeAt(from + end++));
        if (node < 0) break;
        const piece = trie.idAt(node);
        if (piece < 0) continue;
        offer(end, soFar + (scores[piece] ?? 0), start, piece);
        if (end - start === width) known = true;
      }
      if (!known) offer(start + width, soFar + unknownScore, start, unknown);
      start += width;
    }
    const reversed: number[] = [];
    for (let end = size; end > 0; end = startOf[end] ?? 0) {
      const piece = pieceOf[end] ?? unknown;
      if (piece !== unknown || reversed.at(-1) !== unknown) reversed.push(piece);
    }
    for (let index = reversed.length - 1; index >= 0; index--) ids.push(reversed[index] ?? unknown);
  }

  return encode;
}

const WHITE_SPACE = /\p{White_Space}+/u;

function withoutSpaceAtEnd(text: string): string {
  let end = text.length;
  while (end > 0 && WHITE_SPACE.test(text.charAt(end - 1))) end--;
  return text.slice(0, end);
}
