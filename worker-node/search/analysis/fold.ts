/** The form in which words are compared: compatible characters made one, case folded, marks stripped, letters expanded. */

/** Readable text with its case and accents, and where each of its UTF-16 units comes from. */
export interface Cleaned {
  readonly text: string;
  /** Offsets into the original, by unit: where the character that the unit comes from begins and ends. Absent if unchanged. */
  readonly starts?: readonly number[];
  readonly ends?: readonly number[];
}

const ASCII_ONLY = /^[\0-\x7f]*$/;
const CHANGES = /[\p{DI}\p{M}\p{Nd}™℠©®]/u;

/** Emoji that belong together, Hangul letters that make a syllable, or a character with its marks. */
const CLUSTER =
  /\p{Extended_Pictographic}(?:\ufe0f|\p{Emoji_Modifier})?(?:\u200d\p{Extended_Pictographic}(?:\ufe0f|\p{Emoji_Modifier})?){0,9}|[\u1100-\u115f\ua960-\ua97c]{1,3}[\u1160-\u11a7\ud7b0-\ud7c6]{0,3}[\u11a8-\u11ff\ud7cb-\ud7fb]{0,3}|[^\p{M}]\p{M}{0,32}|\p{M}/gu;
const EMOJI = /^\p{Extended_Pictographic}/u;
const IGNORABLE = /\p{DI}/gu;
const DIGIT = /(?![0-9])\p{Nd}/gu;

/** NFKC without invisible characters (soft hyphens, zero-width, directions, variants), with ASCII digits. */
export function clean(original: string): Cleaned {
  if (ASCII_ONLY.test(original)) return { text: original };
  if (!CHANGES.test(original) && original.normalize('NFKC') === original) return { text: original };
  let text = '';
  const starts: number[] = [];
  const ends: number[] = [];
  for (const { 0: cluster, index } of original.matchAll(CLUSTER)) {
    const cleaned = cleanCluster(cluster);
    text += cleaned;
    for (let unit = 0; unit < cleaned.length; unit++) {
      starts.push(index);
      ends.push(index + cluster.length);
    }
  }
  return { text, starts, ends };
}

function cleanCluster(cluster: string): string {
  // The sign of a trade mark is no part of the name before it, and would be two letters of it.
  if (/^[™℠©®]/.test(cluster)) return ' ';
  if (EMOJI.test(cluster)) {
    const emoji = cluster.replaceAll('\ufe0f', '');
    if (emoji.normalize('NFKC') === emoji) return emoji;
  }
  return cluster.replace(IGNORABLE, '').normalize('NFKC').replace(DIGIT, asciiDigit);
}

/** Decimal digits stand in runs from 0 to 9 in Unicode. */
function asciiDigit(digit: string): string {
  const code = digit.codePointAt(0) ?? 0;
  let value = 0;
  while (value < 9 && /^\p{Nd}$/u.test(String.fromCodePoint(code - value - 1))) value++;
  return String(value);
}

/**
 * Marks that readers leave out: accents of Latin, Greek and Cyrillic, Hebrew points, Arabic vowel signs, Syriac points. Those
 * of Indian and South-East Asian scripts are vowels, and those of Kana make other letters.
 */
const OPTIONAL_MARKS =
  /(?![\u3099\u309a])(?=[\p{M}\u0640])[\p{sc=Inherited}\p{sc=Cyrillic}\p{sc=Hebrew}\p{sc=Arabic}\p{sc=Syriac}\u0640]/gu;

/** Letters of their own although they decompose, and letters that stand for others although they do not. */
const LETTERS: Readonly<Record<string, string>> = {
  й: 'й',
  ў: 'ў',
  ї: 'ї',
  ß: 'ss',
  ø: 'o',
  ł: 'l',
  œ: 'oe',
  æ: 'ae',
  ı: 'i',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ħ: 'h',
  ŧ: 't',
  ŋ: 'n',
  ς: 'σ',
  // Persian and Arabic keyboards write the same letters differently.
  ٱ: 'ا',
  ى: 'ي',
  ی: 'ي',
  ک: 'ك',
};

/** Folds a cleaned word. */
export function foldWord(word: string): string {
  const lower = word.toLowerCase();
  if (ASCII_ONLY.test(lower)) return lower;
  let folded = '';
  for (const letter of lower.normalize('NFC')) {
    const known = LETTERS[letter];
    if (known !== undefined) folded += known;
    else if (letter <= '\x7f') folded += letter;
    else folded += withLetters(letter.normalize('NFD').replace(OPTIONAL_MARKS, ''));
  }
  return folded.normalize('NFC');
}

/** `ǿ` is `ø` once its accent is gone. */
const withLetters = (decomposed: string) => LETTERS[decomposed] ?? decomposed;

const WRITTEN_OUT: Readonly<Record<string, string>> = { ä: 'ae', ö: 'oe', ü: 'ue', å: 'aa', ø: 'oe' };

/** A folded word whose umlauts are written as two letters, as in `Mueller`; undefined if it has none. */
export function writtenOut(word: string): string | undefined {
  const lower = word.toLowerCase().normalize('NFC');
  if (!/[äöüåø]/.test(lower)) return undefined;
  return foldWord(lower.replace(/[äöüåø]/g, (letter) => WRITTEN_OUT[letter] ?? letter));
}
