/**
 * The language of prose, by fastText's language identification (Joulin et al., "Bag of Tricks for Efficient Text
 * Classification", 2016; model lid.176.ftz of 176 languages).
 */
import { getLIDModel } from 'fasttext.wasm.js';
import { amongNearLanguages } from './near-languages.ts';

export interface LanguageDetector {
  /** ISO 639-1 code, or ISO 639-3 where there is none of two letters; null where it is not sure. */
  detect(prose: string): Promise<DetectedLanguage | null>;
}

export interface DetectedLanguage {
  readonly code: string;
  /** 0 to 1. */
  readonly confidence: number;
  /** UTF-16 units of the letters that it was detected on. */
  readonly letters: number;
}

/** More letters do not change what is detected. */
const SAMPLE = 4_000;
/** The confidence that so many letters need at least: a short text resembles many languages. */
const NEEDED: readonly { readonly letters: number; readonly confidence: number }[] = [
  { letters: 50, confidence: 0.25 },
  { letters: 25, confidence: 0.6 },
  { letters: 12, confidence: 0.9 },
  { letters: 0, confidence: 0.95 },
];

/** Scripts in which only one language is written at length. */
const SCRIPTS: readonly { readonly script: RegExp; readonly code: string }[] = [
  { script: /\p{sc=Hangul}/gu, code: 'ko' },
  { script: /\p{sc=Thai}/gu, code: 'th' },
  { script: /\p{sc=Greek}/gu, code: 'el' },
  { script: /\p{sc=Georgian}/gu, code: 'ka' },
  { script: /\p{sc=Armenian}/gu, code: 'hy' },
  { script: /\p{sc=Khmer}/gu, code: 'km' },
  { script: /\p{sc=Lao}/gu, code: 'lo' },
  { script: /\p{sc=Tamil}/gu, code: 'ta' },
  { script: /\p{sc=Telugu}/gu, code: 'te' },
  { script: /\p{sc=Kannada}/gu, code: 'kn' },
  { script: /\p{sc=Malayalam}/gu, code: 'ml' },
  { script: /\p{sc=Sinhala}/gu, code: 'si' },
];
const HAN = /\p{sc=Han}/gu;
const KANA = /[\p{sc=Hiragana}\p{sc=Katakana}]/gu;
/** A short Japanese title may have no Kana. */
const HAN_WITHOUT_KANA = 8;

/** Only letters, marks and apostrophes: numbers and punctuation mislead. At most {@link SAMPLE} units. */
function lettersOf(prose: string): string {
  const head = prose.slice(0, 4 * SAMPLE);
  return head
    .replace(/[^\p{L}\p{M}'’]+/gu, ' ')
    .trim()
    .slice(0, SAMPLE);
}

const count = (text: string, pattern: RegExp) => text.match(pattern)?.length ?? 0;

/** The language that the script of most letters tells; undefined for a script of many languages, null where it is not sure. */
function byScript(text: string): DetectedLanguage | null | undefined {
  const letters = count(text, /\p{L}/gu);
  const [han, kana] = [count(text, HAN), count(text, KANA)];
  // Two of these characters are about a word of five Latin letters.
  if (2 * (han + kana) > letters - han - kana) {
    if (kana > 0.05 * han) return { code: 'ja', confidence: 1, letters };
    return han < HAN_WITHOUT_KANA ? null : { code: 'zh', confidence: 1, letters };
  }
  const found = SCRIPTS.find(({ script }) => 2 * count(text, script) > letters);
  return found && { code: found.code, confidence: 1, letters };
}

/** Loads the model (about 0.3 s and 16 MB). */
export async function loadLanguageDetector(): Promise<LanguageDetector> {
  const model = await getLIDModel();
  await model.load();
  return {
    detect: async (prose) => {
      const text = lettersOf(prose);
      if (text === '') return null;
      const scripted = byScript(text);
      if (scripted !== undefined) return scripted;
      const [best] = await model.identify(text, 1);
      const needed = NEEDED.find(({ letters }) => text.length >= letters)?.confidence ?? 1;
      if (!best || best.possibility < needed) return null;
      const code = best.alpha2 || best.alpha3;
      // Serbo-Croatian counts as Croatian, unless its words are Serbian.
      const near = amongNearLanguages(code === 'sh' ? 'hr' : code, text);
      return { code: near, confidence: Math.min(1, best.possibility), letters: text.length };
    },
  };
}
