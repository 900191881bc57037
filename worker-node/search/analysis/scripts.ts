/** What a character is to words, by a table that fills as characters are met. */

export const OTHER = 0;
/** A letter or digit of a script whose words stand between blanks. */
export const WORD = 1;
/** A letter of a script without blanks, or of Hangul, whose words take endings without one. */
export const UNSPACED = 2;
export const MARK = 3;
/** May stand within a compound such as `foo_bar.baz` or `a@b`. */
export const CONNECTOR = 4;
export const EMOJI = 5;

const CONNECTORS = "._,'’-:/@&+#";
const UNKNOWN = 255;
const table = new Uint8Array(0x10000).fill(UNKNOWN);

export function classOf(code: number): number {
  if (code > 0xffff) return classify(code);
  const known = table[code] ?? UNKNOWN;
  if (known !== UNKNOWN) return known;
  const found = classify(code);
  table[code] = found;
  return found;
}

function classify(code: number): number {
  const character = String.fromCodePoint(code);
  if (CONNECTORS.includes(character)) return CONNECTOR;
  // Tatweel draws an Arabic word out.
  if (/^[\p{M}\u0640]$/u.test(character)) return MARK;
  if (/^[\p{L}\p{Nl}]$/u.test(character)) {
    return /^[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}\u30fc]$/u.test(
      character,
    )
      ? UNSPACED
      : WORD;
  }
  if (/^[\p{N}\p{Co}]$/u.test(character)) return WORD;
  return /^[\p{Extended_Pictographic}\u{1f1e6}-\u{1f1ff}]$/u.test(character) ? EMOJI : OTHER;
}

/** The script of a folded word by its first letter; `latin` for digits. */
export function scriptOf(word: string): Script {
  const code = word.charCodeAt(0);
  if (code < 0x250) return 'latin';
  for (const [script, expression] of SCRIPTS) if (expression.test(word)) return script;
  return 'other';
}

export type Script = 'latin' | 'cyrillic' | 'greek' | 'arabic' | 'devanagari' | 'tamil' | 'armenian' | 'other';

const SCRIPTS: readonly (readonly [Script, RegExp])[] = [
  ['cyrillic', /^\p{sc=Cyrillic}/u],
  ['greek', /^\p{sc=Greek}/u],
  ['arabic', /^\p{sc=Arabic}/u],
  ['devanagari', /^\p{sc=Devanagari}/u],
  ['tamil', /^\p{sc=Tamil}/u],
  ['armenian', /^\p{sc=Armenian}/u],
  ['latin', /^\p{sc=Latin}/u],
];
