/** Tokens of a `tokenizer.json`, cut as the model's authors cut them: the text, never the special tokens around it. */
import { Tokenizer } from '@huggingface/tokenizers';
import type { Tokeniser } from './tokeniser.ts';

/** No token is longer than this many characters on average: what is beyond `maxTokens` times this is never read. */
const CHARACTERS_PER_TOKEN = 64;

export interface HuggingFaceTokeniser {
  readonly tokeniser: Tokeniser;
  idOf(token: string): number | undefined;
}

/**
 * A file may carry padding and truncation of its own (all-MiniLM-L6-v2 does: 128); neither is applied. Throws an Error of
 * the package's where the file describes no tokenizer it can build.
 */
export function createHuggingFaceTokeniser(json: object, config: object, maxTokens: number): HuggingFaceTokeniser {
  const tokenizer = new Tokenizer({ ...json, padding: null, truncation: null }, config);
  const { before, after } = specialTokens(tokenizer);
  const room = Math.max(0, maxTokens - before.length - after.length);

  function encode(text: string): Int32Array {
    const ids = idsOf(tokenizer, text.slice(0, room * CHARACTERS_PER_TOKEN), false);
    return Int32Array.from([...before, ...ids.slice(0, room), ...after]);
  }

  return { tokeniser: { encode, size: sizeOf(json) }, idOf: (token) => tokenizer.token_to_id(token) };
}

/** The package's own types lose the answer's. */
const idsOf = (tokenizer: Tokenizer, text: string, withSpecial: boolean): number[] =>
  (tokenizer.encode(text, { add_special_tokens: withSpecial }) as { ids: number[] }).ids;

/** What the post-processor puts around every text, such as [CLS] and [SEP]. */
function specialTokens(tokenizer: Tokenizer): { before: number[]; after: number[] } {
  const bare = idsOf(tokenizer, 'a', false);
  const whole = idsOf(tokenizer, 'a', true);
  const at = whole.findIndex((_, start) => bare.every((id, i) => whole[start + i] === id));
  if (at < 0) throw new Error('its special tokens do not stand around the text');
  return { before: whole.slice(0, at), after: whole.slice(at + bare.length) };
}

/** One more than the greatest id, added tokens included. */
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
