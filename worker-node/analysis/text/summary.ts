/** Makes an extractive summary: the sentences with the most keyword weight, in the order of the text. */
import type { Keyword } from './keywords.ts';
import { sentences } from './sentences.ts';
import { normaliseWord, words } from './words.ts';

const MAX_SENTENCES = 3;
const MAX_CHARACTERS = 600;
/** A sentence that shares more of its words with a chosen one is a repetition. */
const MAX_OVERLAP = 0.8;
/** Sentences considered: the topic of a text is clear before the 400th. */
const SAMPLE_SENTENCES = 400;
const SAMPLE_CHARACTERS = 100_000;
/** A text that is no longer is shown whole where no part of it reads as a sentence. */
const SHORT_CHARACTERS = 300;
const SHORT_PARAGRAPHS = 5;

interface Scored {
  readonly position: number;
  readonly sentence: string;
  readonly words: ReadonlySet<string>;
  readonly score: number;
}

/**
 * At most three sentences and 600 characters, or a short text whole; null where no text of a longer one reads as a sentence. A sentence scores the weight of its
 * keyword words divided by the square root of its length, and a little more near the start. One that repeats a chosen
 * sentence scores less (maximal marginal relevance, Carbonell and Goldstein 1998). Deterministic.
 */
export function summarise(
  paragraphs: readonly string[],
  { language, keywords }: { language: string | null; keywords: readonly Keyword[] },
): string | null {
  const weights = new Map<string, number>();
  for (const { phrase, weight } of keywords)
    for (const word of phrase.split(' ')) weights.set(word, Math.max(weight, weights.get(word) ?? 0));

  const scored: Scored[] = [];
  let characters = 0;
  for (const paragraph of paragraphs) {
    if (scored.length >= SAMPLE_SENTENCES || characters > SAMPLE_CHARACTERS) break;
    const sample = paragraph.slice(0, SAMPLE_CHARACTERS);
    characters += sample.length;
    if (isListOrTable(sample)) continue;
    for (const sentence of sentences(sample, language)) {
      const found = new Set(words(sentence).map(normaliseWord));
      if (found.size < 5 || sentence.length > MAX_CHARACTERS || !/[.!?…。！？]["”»)]?$/u.test(sentence)) continue;
      const weight = [...found].reduce((sum, word) => sum + (weights.get(word) ?? 0), 0);
      const early = 1 + 0.5 / (1 + scored.length / 3);
      scored.push({
        position: scored.length,
        sentence: sentence.replace(/\s+/g, ' '),
        words: found,
        score: (weight / Math.sqrt(found.size)) * early,
      });
    }
  }
  const chosen = choose(withoutFragments(scored));
  return chosen.length === 0 ? wholeIfShort(paragraphs) : chosen.map(({ sentence }) => sentence).join(' ');
}

const isListOrTable = (paragraph: string) => /^- |\n- | \| /.test(paragraph);

/** Drops sentences that begin with a small letter, as pieces of one do, where most begin with a capital one. */
function withoutFragments(scored: readonly Scored[]): readonly Scored[] {
  const whole = scored.filter(({ sentence }) => !/^["'“„«([]*\p{Ll}/u.test(sentence));
  return 2 * whole.length > scored.length ? whole : scored;
}

/** A note is its own summary. */
function wholeIfShort(paragraphs: readonly string[]): string | null {
  if (paragraphs.length > SHORT_PARAGRAPHS || paragraphs.some(isListOrTable)) return null;
  const text = paragraphs.join(' ').replace(/\s+/g, ' ').trim();
  return text !== '' && text.length <= SHORT_CHARACTERS ? text : null;
}

/** Picks sentences greedily by score and returns them in the order of the text. */
function choose(scored: readonly Scored[]): Scored[] {
  const chosen: Scored[] = [];
  const remaining = new Set(scored);
  let characters = 0;
  while (chosen.length < MAX_SENTENCES && remaining.size > 0) {
    let best: Scored | undefined;
    let bestScore = -1;
    for (const candidate of remaining) {
      const repeated = Math.max(0, ...chosen.map((other) => overlap(candidate.words, other.words)));
      if (repeated > MAX_OVERLAP) continue;
      const score = candidate.score * (1 - repeated);
      if (score > bestScore) [best, bestScore] = [candidate, score];
    }
    if (!best) break;
    remaining.delete(best);
    if (characters + best.sentence.length > MAX_CHARACTERS) continue;
    characters += best.sentence.length + 1;
    chosen.push(best);
  }
  return chosen.sort((a, b) => a.position - b.position);
}

/** The share of the smaller set that is also in the other, 0 to 1. */
function overlap(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  let shared = 0;
  for (const word of a) if (b.has(word)) shared++;
  return shared / Math.min(a.size, b.size);
}
