/**
 * Tokenises with a model's `tokenizer.json`: BERT's kind and Unigram by our own tokenisers, other kinds by the package. A
 * truncated text keeps its special tokens, as by sentence-transformers.
 */
import { Tokenizer } from '@huggingface/tokenizers';
import { z } from 'zod';
import { createBertTokeniser } from './bert-tokeniser.ts';
import { splitEvenly, type Tokeniser, type Tokens, type Window } from './tokeniser.ts';
import { createUnigramTokeniser } from './unigram-tokeniser.ts';

/** Tokens average fewer characters than this, so a text to be truncated is cut at `maxTokens` times this length before. */
const CHARACTERS_PER_TOKEN = 64;

export interface HuggingFaceTokeniser {
  readonly tokeniser: Tokeniser;
  idOf(token: string): number | undefined;
}

/**
 * Padding and truncation settings in the file are ignored (all-MiniLM-L6-v2 sets 128). Throws an Error of the package
 * where the file does not describe a tokenizer it supports.
 */
export function createHuggingFaceTokeniser(json: object, config: object, maxTokens: number): HuggingFaceTokeniser {
  const { encodePlain, before, after, idOf } = createOwn(json) ?? createPackaged(json, config);
  const room = Math.max(1, maxTokens - before.length - after.length);

  const framed = (ids: readonly number[]) => Int32Array.from([...before, ...ids, ...after]);

  function encode(text: string): Tokens {
    const longest = room * CHARACTERS_PER_TOKEN;
    const ids = encodePlain(text.slice(0, longest));
    return { ids: framed(ids.slice(0, room)), truncated: ids.length > room || text.length > longest };
  }

  function windows(text: string, prefix: string): Window[] {
    const ids = encodePlain(prefix + text);
    if (ids.length <= room) return [{ ids: framed(ids), weight: ids.length }];
    // One token of each window at least is the text's.
    const lead = encodePlain(prefix.trimEnd()).slice(0, room - 1);
    const isLed = lead.every((id, index) => ids[index] === id);
    // Where the prefix and the first word have a token in common, the text is tokenised by itself.
    const body = isLed ? ids.slice(lead.length) : encodePlain(text);
    return splitEvenly(body, room - lead.length).map((part) => ({ ids: framed([...lead, ...part]), weight: part.length }));
  }

  return { tokeniser: { encode, windows, size: sizeOf(json) }, idOf };
}

interface VocabularyJson {
  readonly model?: { readonly vocab?: Record<string, number> | readonly unknown[] };
  readonly added_tokens?: readonly { readonly id: number; readonly content: string }[];
}

interface Encoder {
  /** Without special tokens. */
  encodePlain(text: string): number[];
  /** Tokens that the post-processor adds around every text, such as [CLS] and [SEP]. */
  readonly before: readonly number[];
  readonly after: readonly number[];
  idOf(token: string): number | undefined;
}

/** Equal to Python's `tokenizers`, faster than the package, and smaller in memory. Undefined for a kind that is not here. */
function createOwn(json: object): Encoder | undefined {
  const frame = frameOf(json);
  const encodePlain = frame && (createBertTokeniser(json)?.encode ?? createUnigramTokeniser(json));
  if (!encodePlain) return undefined;
  const { model, added_tokens: added = [] } = json as VocabularyJson;
  const vocab = model?.vocab ?? {};
  return {
    encodePlain,
    ...frame,
    idOf: (token) => {
      const found = added.find(({ content }) => content === token)?.id;
      if (found !== undefined) return found;
      if (!Array.isArray(vocab)) return (vocab as Record<string, number>)[token];
      const index = (vocab as [string, number][]).findIndex(([piece]) => piece === token);
      return index === -1 ? undefined : index;
    },
  };
}

const frameSchema = z.object({
  post_processor: z.object({
    type: z.literal('TemplateProcessing'),
    single: z.array(
      z.union([
        z.object({ SpecialToken: z.object({ id: z.string() }) }),
        z.object({ Sequence: z.object({ id: z.literal('A') }) }),
      ]),
    ),
    special_tokens: z.record(z.string(), z.object({ ids: z.array(z.int().min(0)) })),
  }),
});

function frameOf(json: object): Pick<Encoder, 'before' | 'after'> | undefined {
  const parsed = frameSchema.safeParse(json);
  if (!parsed.success) return undefined;
  const { single, special_tokens: special } = parsed.data.post_processor;
  const parts = single.map((part) => ('SpecialToken' in part ? (special[part.SpecialToken.id]?.ids ?? []) : 'text'));
  const at = parts.indexOf('text');
  const ids = (some: typeof parts) => some.flatMap((part) => (part === 'text' ? [] : part));
  return at === -1 || at !== parts.lastIndexOf('text')
    ? undefined
    : { before: ids(parts.slice(0, at)), after: ids(parts.slice(at)) };
}

function createPackaged(json: object, config: object): Encoder {
  const tokenizer = new Tokenizer({ ...json, padding: null, truncation: null }, config);
  return {
    encodePlain: (text) => idsOf(tokenizer, text, false),
    ...specialTokens(tokenizer),
    idOf: (token) => tokenizer.token_to_id(token),
  };
}

/** The package's types do not describe the result. */
const idsOf = (tokenizer: Tokenizer, text: string, withSpecial: boolean): number[] =>
  (tokenizer.encode(text, { add_special_tokens: withSpecial }) as { ids: number[] }).ids;

function specialTokens(tokenizer: Tokenizer): { before: number[]; after: number[] } {
  const plain = idsOf(tokenizer, 'a', false);
  const whole = idsOf(tokenizer, 'a', true);
  const at = whole.findIndex((_, start) => plain.every((id, i) => whole[start + i] === id));
  if (at < 0) throw new Error('the special tokens are not placed around the text');
  return { before: whole.slice(0, at), after: whole.slice(at + plain.length) };
}

/** The greatest id plus one, added tokens included. */
function sizeOf(json: object): number {
  const { model, added_tokens: added = [] } = json as VocabularyJson;
  const vocab = model?.vocab ?? {};
  let greatest = Array.isArray(vocab) ? vocab.length - 1 : 0;
  if (!Array.isArray(vocab)) for (const id of Object.values(vocab)) greatest = Math.max(greatest, id as number);
  for (const { id } of added) greatest = Math.max(greatest, id);
  return greatest + 1;
}
