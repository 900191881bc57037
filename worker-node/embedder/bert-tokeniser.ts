/**
 * Tokenises as BERT's uncased models do: BertNormalizer, BertPreTokenizer and WordPiece, with the results of Python's
 * `tokenizers`. One pass over the text in time linear in its length, which the reader of hostile documents depends on.
 */
import { z } from 'zod';
import { BERT_CHARACTERS } from './bert-characters.generated.ts';
import { createTokenTrie } from './token-trie.ts';

const isVocabulary = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.values(value).every((id) => Number.isInteger(id));

/** The part of `tokenizer.json` that this tokeniser understands. What it would ignore must not be there. */
const bertSchema = z.object({
  normalizer: z.object({
    type: z.literal('BertNormalizer'),
    clean_text: z.literal(true),
    handle_chinese_chars: z.literal(true),
    // Null means: as `lowercase`.
    strip_accents: z.literal(true).nullish(),
    lowercase: z.literal(true),
  }),
  pre_tokenizer: z.object({ type: z.literal('BertPreTokenizer') }),
  model: z.object({
    type: z.literal('WordPiece'),
    unk_token: z.string(),
    continuing_subword_prefix: z.string().min(1),
    max_input_chars_per_word: z.int().positive().max(1000),
    // A schema for each of 30,000 entries would take most of the loading time.
    vocab: z.custom<Readonly<Record<string, number>>>(isVocabulary),
  }),
  added_tokens: z
    .array(
      z.object({
        id: z.int().min(0),
        content: z.string().min(1),
        single_word: z.literal(false),
        lstrip: z.literal(false),
        rstrip: z.literal(false),
        normalized: z.literal(false),
      }),
    )
    .default([]),
});

/** A word, or a character that is always a token of its own. The ids are valid during the call only. */
export type VisitWord = (start: number, end: number, ids: Int32Array, characters: number) => void;

export interface BertTokeniser {
  /** Calls `visit` for each word in the range, in order. A word ends where the next begins or at a space. */
  words(text: string, start: number, end: number, visit: VisitWord): void;
  /** Without [CLS] and [SEP]. */
  encode(text: string): number[];
}

const LETTER = 0;
const REMOVED = 1;
const SPACE = 2;
const SEPARATE = 3;

/** Undefined for a `tokenizer.json` of another kind. */
export function createBertTokeniser(json: object): BertTokeniser | undefined {
  const parsed = bertSchema.safeParse(json);
  if (!parsed.success) return undefined;
  const { model, added_tokens: added } = parsed.data;
  const unknownId = model.vocab[model.unk_token];
  if (unknownId === undefined) return undefined;
  const vocabulary = createTokenTrie(Object.entries(model.vocab));
  const continuation = vocabulary.walk(model.continuing_subword_prefix);
  const longestWord = model.max_input_chars_per_word;
  // The longest first: the leftmost and longest wins.
  const literals = added.toSorted((a, b) => b.content.length - a.content.length);
  const literalStarts = new Set(literals.map(({ content }) => content.charCodeAt(0)));
  const unknown = Int32Array.of(unknownId);
  const single = new Int32Array(1);

  /** The word as the model sees it, until it is longer than the model's longest. */
  const word = new Uint16Array(2 * longestWord + 64);
  const pieces = new Int32Array(2 * longestWord + 64);

  function words(text: string, start: number, end: number, visit: VisitWord): void {
    let wordStart = -1;
    let units = 0;
    let characters = 0;

    const append = (folded: string): void => {
      for (let index = 0; index < folded.length; index++) {
        const unit = folded.charCodeAt(index);
        if (unit < 0xdc00 || unit > 0xdfff) characters++;
        if (units < word.length) word[units++] = unit;
      }
    };
    const close = (at: number): void => {
      if (wordStart < 0) return;
      if (characters > 0) visit(wordStart, at, characters > longestWord ? unknown : piecesOf(units), characters);
      wordStart = -1;
      units = 0;
      characters = 0;
    };

    for (let at = start; at < end; ) {
      const unit = text.charCodeAt(at);
      if (literalStarts.has(unit)) {
        const literal = literals.find(({ content }) => text.startsWith(content, at) && at + content.length <= end);
        if (literal) {
          close(at);
          single[0] = literal.id;
          visit(at, at + literal.content.length, single, 1);
          at += literal.content.length;
          continue;
        }
      }
      const code = unit >= 0xd800 && unit <= 0xdbff && at + 1 < end ? (text.codePointAt(at) ?? unit) : unit;
      const next = at + (code > 0xffff ? 2 : 1);
      const kind = CLASSES[code];
      if (kind === LETTER) {
        if (wordStart < 0) wordStart = at;
        if (code < 0x80) {
          characters++;
          if (units < word.length) word[units++] = code >= 0x41 && code <= 0x5a ? code + 32 : code;
        } else append(fold(code));
      } else if (kind === SPACE) close(at);
      else if (kind === SEPARATE) {
        close(at);
        wordStart = at;
        append(code < 0x80 ? String.fromCharCode(code) : fold(code));
        close(next);
      }
      at = next;
    }
    close(end);
  }

  /** The longest pieces of the vocabulary from left to right; [UNK] for the whole word where one is missing. */
  function piecesOf(units: number): Int32Array {
    let count = 0;
    for (let at = 0; at < units; ) {
      let node = at === 0 ? 0 : continuation;
      let id = -1;
      let matched = at;
      for (let index = at; index < units && node >= 0; ) {
        node = vocabulary.child(node, word[index] ?? 0);
        index++;
        const found = node < 0 ? -1 : vocabulary.idAt(node);
        if (found >= 0) [id, matched] = [found, index];
      }
      if (id < 0) return unknown;
      pieces[count++] = id;
      at = matched;
    }
    return pieces.subarray(0, count);
  }

  return {
    words,
    encode: (text) => {
      const all: number[] = [];
      words(text, 0, text.length, (_start, _end, ids) => {
        for (const id of ids) all.push(id);
      });
      return all;
    },
  };
}

const CLASSES = classesOfCharacters();

function classesOfCharacters(): Uint8Array {
  const classes = new Uint8Array(0x11_0000);
  const fill = (ranges: string, kind: number) => {
    let at = 0;
    for (const range of ranges.split(' ')) {
      const [gap = '', length = '1'] = range.split('.');
      const first = at + Number.parseInt(gap, 36);
      at = first + Number.parseInt(length, 36);
      classes.fill(kind, first, at);
    }
  };
  fill(BERT_CHARACTERS.removed, REMOVED);
  fill(BERT_CHARACTERS.space, SPACE);
  fill(BERT_CHARACTERS.ideograph, SEPARATE);
  fill(BERT_CHARACTERS.punctuation, SEPARATE);
  return classes;
}

const folded = new Map<number, string>();
const MOST_FOLDED = 20_000;

/** Decomposed, without accents, in lower case. Each character by itself: a sigma at a word's end is a sigma like any other. */
function fold(code: number): string {
  let result = folded.get(code);
  if (result === undefined) {
    result = '';
    for (const part of String.fromCodePoint(code).normalize('NFD'))
      if (CLASSES[part.codePointAt(0) ?? 0] !== REMOVED) result += part.toLowerCase();
    if (folded.size >= MOST_FOLDED) folded.clear();
    folded.set(code, result);
  }
  return result;
}
