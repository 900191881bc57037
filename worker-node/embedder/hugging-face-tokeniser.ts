/**
 * Tokenises with a model's `tokenizer.json`: BERT's kind by bert-tokeniser.ts, others by the package. A truncated text keeps its
 * special tokens, as by sentence-transformers.
 */
import { Tokenizer } from '@huggingface/tokenizers';
import { createBertTokeniser } from './bert-tokeniser.ts';
import { splitEvenly, type Tokeniser, type Tokens, type Window } from './tokeniser.ts';

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
  const tokenizer = new Tokenizer({ ...json, padding: null, truncation: null }, config);
  const bert = createBertTokeniser(json);
  const encodePlain = bert ? bert.encode : (text: string) => idsOf(tokenizer, text, false);
  const { before, after } = specialTokens(tokenizer);
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

  return { tokeniser: { encode, windows, size: sizeOf(json) }, idOf: (token) => tokenizer.token_to_id(token) };
}

/** The package's types do not describe the result. */
const idsOf = (tokenizer: Tokenizer, text: string, withSpecial: boolean): number[] =>
  (tokenizer.encode(text, { add_special_tokens: withSpecial }) as { ids: number[] }).ids;

/** Tokens that the post-processor adds around every text, such as [CLS] and [SEP]. */
function specialTokens(tokenizer: Tokenizer): { before: number[]; after: number[] } {
  const plain = idsOf(tokenizer, 'a', false);
  const whole = idsOf(tokenizer, 'a', true);
  const at = whole.findIndex((_, start) => plain.every((id, i) => whole[start + i] === id));
  if (at < 0) throw new Error('the special tokens are not placed around the text');
  return { before: whole.slice(0, at), after: whole.slice(at + plain.length) };
}

/** The greatest id plus one, added tokens included. */
function sizeOf(json: object): number {
  const { model, added_tokens: added = [] } = json as {
    model?: { vocab?: Record<string, number> | readonly unknown[] };
    added_tokens?: readonly { id: number }[];
  };
  const vocab = model?.vocab ?? {};
  let greatest = Array.isArray(vocab) ? vocab.length - 1 : 0;
  if (!Array.isArray(vocab)) for (const id of Object.values(vocab)) greatest = Math.max(greatest, id as number);
  for (const { id } of added) greatest = Math.max(greatest, id);
  return greatest + 1;
}
