/** What a chunk is about, and what of it is embedded before the text of the chunk. */
import { truncate } from '../../src/kernel/core/text.ts';
import { MAX_CONTEXT_TOKENS, measure, measureWords, UNITS_PER_UNKNOWN_TOKEN } from './chunk-tokens.ts';

const SEPARATOR = ' > ';

/** Title and heading path without repetition: the first heading of a page usually is its title. */
export function contextOf(title: string | null, headingPath: readonly string[]): string {
  return [...new Set([title, ...headingPath].filter((part) => part !== null && part !== ''))].join(SEPARATOR);
}

/**
 * The text that is embedded for a chunk: at most 240 tokens, because chunk.ts measures the same context. The title of a text of one
 * line is that line, which is not embedded twice.
 */
export function embeddedText({ context, text }: { readonly context: string; readonly text: string }): string {
  if (context === '' || context === text.replaceAll(/\s+/g, ' ').trim()) return text;
  return `${embeddedContext(context)}\n${text}`;
}

/**
 * At most 60 tokens of a context. Of a longer one the headings after the title are left out, outermost first, and then title
 * and last heading are cut at a word's end. Words are searched in the whole context.
 */
export function embeddedContext(context: string): string {
  if (measure(context) <= MAX_CONTEXT_TOKENS) return context;
  const parts = context.split(SEPARATOR);
  const tokens = parts.map((part) => measure(part));
  const separator = measure(SEPARATOR);
  let sum = tokens.reduce((all, count) => all + count + separator, -separator);
  let left = 1;
  for (; left < parts.length - 1 && sum > MAX_CONTEXT_TOKENS; left++) sum -= (tokens[left] ?? 0) + separator;
  const [title = '', ...headings] = [parts[0] ?? '', ...parts.slice(left)];
  const last = headings.pop();
  if (sum <= MAX_CONTEXT_TOKENS) return [title, ...headings, ...(last === undefined ? [] : [last])].join(SEPARATOR);
  if (last === undefined) return prefixOf(title, MAX_CONTEXT_TOKENS);
  const room = MAX_CONTEXT_TOKENS - separator;
  const shortTitle = prefixOf(title, Math.max(room - (tokens.at(-1) ?? 0), Math.ceil(room / 2)));
  return [shortTitle, prefixOf(last, room - measure(shortTitle))].filter((part) => part !== '').join(SEPARATOR);
}

/** The longest start of at most `most` tokens that ends with a word; of one long word a part. */
function prefixOf(text: string, most: number): string {
  let sum = 0;
  let end = 0;
  measureWords(text, 0, text.length, (_start, to, tokens) => {
    sum += tokens;
    if (sum <= most) end = to;
  });
  if (end > 0) return text.slice(0, end);
  // A short piece of an unknown word can have more tokens than a long one.
  for (let size = most * UNITS_PER_UNKNOWN_TOKEN; size > 0; size = Math.floor(size / 2)) {
    const piece = truncate(text, size);
    if (measure(piece) <= most) return piece;
  }
  return '';
}
