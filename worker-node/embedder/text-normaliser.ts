/** The normalisers of Unigram tokenisers, as Python's `tokenizers` runs them. */
import { z } from 'zod';
import { NFKC_EXCEPTIONS } from './nfkc-exceptions.generated.ts';

const patterns = ['\\s+', ' {2,}'] as const;

const oneSchema = z.union([
  z.object({ type: z.literal('Precompiled'), precompiled_charsmap: z.base64() }),
  z.object({ type: z.literal('NFKC') }),
  z.object({ type: z.literal('Replace'), pattern: z.object({ Regex: z.enum(patterns) }), content: z.string() }),
]);
export const normaliserSchema = z.union([oneSchema, z.object({ type: z.literal('Sequence'), normalizers: z.array(oneSchema) })]);

type Normalise = (text: string) => string;

export function normaliserOf(config: z.infer<typeof normaliserSchema>): Normalise {
  const steps = (config.type === 'Sequence' ? config.normalizers : [config]).map(stepOf);
  return (text) => steps.reduce((normal, step) => step(normal), text);
}

function stepOf(config: z.infer<typeof oneSchema>): Normalise {
  if (config.type === 'Precompiled') return precompiled(Buffer.from(config.precompiled_charsmap, 'base64'));
  if (config.type === 'NFKC') return nfkc;
  const pattern = config.pattern.Regex === '\\s+' ? /\p{White_Space}+/gu : / {2,}/g;
  return (text) => text.replace(pattern, () => config.content);
}

/** NFKC of the Unicode that Python's `tokenizers` has: younger characters stay as they are, and keep their places. */
function nfkc(text: string): string {
  let normal = '';
  let from = 0;
  for (let at = 0; at < text.length; ) {
    const code = text.codePointAt(at) ?? 0;
    const next = at + (code > 0xffff ? 2 : 1);
    if (code >= FIRST_EXCEPTION && EXCEPTIONS.has(code)) {
      normal += text.slice(from, at).normalize('NFKC') + text.slice(at, next);
      from = next;
    }
    at = next;
  }
  return normal + text.slice(from).normalize('NFKC');
}

const EXCEPTIONS = new Set(
  NFKC_EXCEPTIONS.split(' ').flatMap((range) => {
    const [from = 0, to = from] = range.split('-').map((code) => Number.parseInt(code, 16));
    return Array.from({ length: to - from + 1 }, (_, index) => from + index);
  }),
);
const FIRST_EXCEPTION = Math.min(...EXCEPTIONS);

/** Longer graphemes are normalised character by character. UTF-8 bytes. */
const MAX_GRAPHEME = 5;

/**
 * SentencePiece's table: the size of a double-array trie (darts-clone), its units, and replacements that end with NUL. As in
 * `tokenizers`, the shortest key that begins a grapheme replaces all of it.
 */
function precompiled(table: Buffer): Normalise {
  const size = table.readUInt32LE(0);
  const units = new Uint32Array(size / 4);
  for (let index = 0; index < units.length; index++) units[index] = table.readUInt32LE(4 + 4 * index);
  const replacements = table.subarray(4 + size);
  const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });
  const known = new Map<string, string | null>();

  function lookUp(key: string): string | null {
    let node = offsetOf(units[0] ?? 0);
    for (const byte of Buffer.from(key)) {
      if (byte === 0) return null;
      node ^= byte;
      const unit = units[node] ?? 0;
      if ((unit & 0x8000_00ff) >>> 0 !== byte) return null;
      node ^= offsetOf(unit);
      if (((unit >>> 8) & 1) === 1) {
        const from = (units[node] ?? 0) & 0x7fff_ffff;
        return replacements.toString('utf8', from, replacements.indexOf(0, from));
      }
    }
    return null;
  }
  /** Null where the table has nothing. */
  function replacementOf(key: string): string | null {
    let found = known.get(key);
    if (found === undefined) {
      found = lookUp(key);
      if (known.size >= MOST_KNOWN) known.clear();
      known.set(key, found);
    }
    return found;
  }
  function normaliseGrapheme(grapheme: string): string {
    if (Buffer.byteLength(grapheme) <= MAX_GRAPHEME) {
      const whole = replacementOf(grapheme);
      if (whole !== null) return whole;
    }
    let normal = '';
    for (const character of grapheme) normal += replacementOf(character) ?? character;
    return normal;
  }

  return (text) => {
    let normal = '';
    let from = 0;
    // Of plain ASCII every character is a grapheme that the table leaves as it is.
    for (const { index } of text.matchAll(NOT_PLAIN)) {
      if (index < from) continue;
      normal += text.slice(from, index);
      PLAIN.lastIndex = index + 1;
      from = PLAIN.exec(text)?.index ?? text.length;
      for (const { segment } of graphemes.segment(text.slice(index, from))) normal += normaliseGrapheme(segment);
    }
    return normal + text.slice(from);
  };
}

const MOST_KNOWN = 20_000;
const offsetOf = (unit: number) => (unit >>> 10) << ((unit & 0x200) >>> 6);
/** Two plain characters in a row: no grapheme spans the place between them. */
const PLAIN = /[\x20-\x7e](?=[\x20-\x7e])/g;
/** A character that is not plain, with the plain one before it that it may join. */
const NOT_PLAIN = /[\x20-\x7e]?[^\x20-\x7e]/gu;
