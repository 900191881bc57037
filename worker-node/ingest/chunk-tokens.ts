/**
 * Chunks are measured by the tokeniser of the default model, whatever model is active: chunks outlive models, and every
 * model that is documented reads as many tokens as the default one or more.
 */
import { readFileSync } from 'node:fs';
import { packagePath } from '../../src/adapters/package-files.ts';
import { type BertTokeniser, createBertTokeniser } from '../embedder/bert-tokeniser.ts';

const DEFAULT_TOKENIZER = 'models/all-MiniLM-L6-v2/tokenizer.json';

/** Context and text of a chunk together. With [CLS] and [SEP] that is 242 of the 256 tokens that the default model reads. */
export const MAX_CHUNK_TOKENS = 240;
/** Title and headings, of the 240. */
export const MAX_CONTEXT_TOKENS = 60;

/**
 * A word of over 100 characters is one token to the default model, [UNK]. Others split it, as they split a line of Thai,
 * so that it counts as one token for this many UTF-16 units.
 */
export const UNITS_PER_UNKNOWN_TOKEN = 4;
const LONGEST_KNOWN_WORD = 100;

/** Called for each word, and for each character that is always a token of its own. */
export type VisitMeasured = (start: number, end: number, tokens: number) => void;

let loaded: BertTokeniser | undefined;

/** Loaded at the first use, once per process and thread. */
function defaultTokeniser(): BertTokeniser {
  if (loaded) return loaded;
  loaded = createBertTokeniser(JSON.parse(readFileSync(packagePath(DEFAULT_TOKENIZER), 'utf8')) as object);
  if (!loaded) throw new Error(`${DEFAULT_TOKENIZER} is not of BERT's kind`);
  return loaded;
}

/** The words of a range in order, with their tokens. Time is linear in the length of the range. */
export function measureWords(text: string, start: number, end: number, visit: VisitMeasured): void {
  defaultTokeniser().words(text, start, end, (from, to, ids, characters) => {
    const unknown = characters > LONGEST_KNOWN_WORD;
    visit(from, to, unknown ? Math.ceil((to - from) / UNITS_PER_UNKNOWN_TOKEN) : ids.length);
  });
}

/** The tokens of a range. A range that ends between words has as many tokens as its words. */
export function measure(text: string, start = 0, end = text.length): number {
  let sum = 0;
  measureWords(text, start, end, (_start, _end, tokens) => {
    sum += tokens;
  });
  return sum;
}
