/**
 * Whether a text is what a person wrote for others to read, whatever its length. Machines' output, placeholders, notices and
 * words without sentences can have every sign of form; the other dimensions count only as far as the text is sound.
 */
import { hasDense } from '../text/segments.ts';
import { sentences } from '../text/sentences.ts';
import { hasStopWords, STOP_WORD_LANGUAGES, stopWords } from '../text/stop-words.ts';
import { normaliseWord, words } from '../text/words.ts';
import { ramp } from './facts.ts';
import { noticeOf } from './notices.ts';

export interface Soundness {
  /** 0 to 1; 1 where nothing speaks against the text. */
  readonly score: number;
  /** Sentences for the owner, one for each thing that speaks against it. */
  readonly reasons: readonly string[];
}

export interface SoundnessFacts {
  readonly title: string | null;
  readonly text: string;
  /** Without code, tables and data. */
  readonly prose: string;
  readonly language: string | null;
  readonly wordCount: number;
  readonly references: readonly string[];
}

/** One sign: 1 where it says nothing against the text. */
interface Sign {
  readonly factor: number;
  readonly reason: string;
}

const SAMPLE_CHARACTERS = 20_000;
/** Shares of fewer words say nothing. */
const MIN_WORDS = 20;
/** Names and headings alone make a short text as well. */
const MIN_FUNCTION_WORDS_SAMPLE = 40;
const MIN_SENTENCES = 5;

export function measureSoundness(facts: SoundnessFacts): Soundness {
  const prose = facts.prose.slice(0, SAMPLE_CHARACTERS);
  const tokens = words(prose).map(normaliseWord);
  const signs = [
    notice(facts),
    linkDensity(facts),
    ...(tokens.length < MIN_WORDS
      ? []
      : [repetition(prose, tokens, facts.language), functionWords(tokens, facts.language), machineText(prose), shouting(prose)]),
  ];
  const found = signs.filter((sign): sign is Sign => sign !== null && sign.factor < 1);
  return { score: found.reduce((product, { factor }) => product * factor, 1), reasons: found.map(({ reason }) => reason) };
}

const percent = (share: number) => `${Math.round(share * 100)}%`;

function notice({ title, text, wordCount }: SoundnessFacts): Sign | null {
  const found = noticeOf(title, text, wordCount);
  return found && { factor: found.sure ? 0.1 : 0.4, reason: `It reads like ${found.kind} instead of a document` };
}

function linkDensity({ references, wordCount }: SoundnessFacts): Sign | null {
  if (references.length < 10) return null;
  const share = references.length / Math.max(1, wordCount);
  return { factor: ramp(share, 0.4, 0.12), reason: `It is mostly links: ${references.length} in ${wordCount} words` };
}

/** Distinct sentences, and distinct runs of three words: text that a person wrote hardly repeats either. */
function repetition(prose: string, tokens: readonly string[], language: string | null): Sign | null {
  const said = sentences(prose, language).filter((sentence) => sentence.length > 15);
  const distinct = said.length < MIN_SENTENCES ? 1 : new Set(said).size / said.length;
  const runs = tokens.slice(2).map((word, i) => `${tokens[i]} ${tokens[i + 1]} ${word}`);
  const distinctRuns = runs.length < 2 * MIN_WORDS ? 1 : new Set(runs).size / runs.length;
  return {
    factor: Math.min(ramp(distinct, 0.1, 0.6), ramp(distinctRuns, 0.15, 0.6)),
    reason: `It repeats itself: ${percent(Math.min(distinct, distinctRuns))} of it is said once`,
  };
}

/** Words such as "the" and "of" are a third of English sentences, and hardly any of lists of keywords or of random words. */
function functionWords(tokens: readonly string[], language: string | null): Sign | null {
  const sample = tokens.slice(0, 1_000);
  if (sample.length < MIN_FUNCTION_WORDS_SAMPLE) return null;
  // Words of scripts without spaces are pairs of characters, and none is a function word.
  if (sample.filter(hasDense).length > sample.length / 4) return null;
  if (language !== null && !hasStopWords(language)) return null;
  const languages = language === null ? STOP_WORD_LANGUAGES : [language];
  const share = Math.max(
    ...languages.map((each) => {
      const stops = stopWords(each);
      return sample.filter((word) => stops.has(word)).length / sample.length;
    }),
  );
  return { factor: ramp(share, 0.04, 0.2), reason: `Only ${percent(share)} of its words join others to sentences` };
}

/** Tokens between blanks that are words. Logs, encoded bytes and minified scripts have few. */
function machineText(prose: string): Sign | null {
  const tokens = prose.split(/\s+/).filter((token) => /[\p{L}\p{N}]/u.test(token));
  if (prose.length < 100 || hasDense(prose)) return null;
  const wordy = tokens.filter((token) => /^[^\p{L}\p{N}]*\p{L}[\p{L}\p{M}'’-]{0,29}[^\p{L}\p{N}]{0,20}$/u.test(token)).length;
  const share = wordy / tokens.length;
  return { factor: ramp(share, 0.3, 0.7), reason: `Only ${percent(share)} of it are words` };
}

function shouting(prose: string): Sign | null {
  const said = sentences(prose).filter((sentence) => /\p{L}{2}/u.test(sentence));
  if (said.length < MIN_SENTENCES) return null;
  const share =
    said.filter((sentence) => /!["”»)\s]*$/.test(sentence) || /(?:\b\p{Lu}{3,}\b\W+){3}/u.test(sentence)).length / said.length;
  return { factor: ramp(share, 0.9, 0.3), reason: `${percent(share)} of its sentences shout` };
}
