/** Languages by what people call them: `german` is stored as `de`. */

const LETTERS = [...'abcdefghijklmnopqrstuvwxyz'];
let codes: ReadonlyMap<string, string> | undefined;

/** By the English name in lower case: the ISO 639-1 code. */
function codesByName(): ReadonlyMap<string, string> {
  if (codes) return codes;
  const names = new Intl.DisplayNames('en', { type: 'language', fallback: 'none' });
  // A retired code has the name of the one that took its place, as `iw` has that of `he`.
  const pairs = LETTERS.flatMap((first) => LETTERS.map((second) => first + second)).filter(isCurrent);
  codes = new Map(
    pairs.map((code): [string, string] => [names.of(code)?.toLowerCase() ?? '', code]).filter(([name]) => name !== ''),
  );
  return codes;
}

const isCurrent = (code: string): boolean => Intl.getCanonicalLocales(code)[0] === code;

/** The code of a language that is named in English; undefined for what is no such name. */
export const languageCodeOf = (name: string): string | undefined => codesByName().get(name.trim().toLowerCase());

/** The values that a filter by language looks for: what was given, a code in lower case and, for an English name, its code. */
export function languagesNamed(given: readonly string[]): string[] {
  return [...new Set(given.flatMap((value) => [value, codeIn(value), languageCodeOf(value) ?? []].flat()))];
}

const codeIn = (value: string): string | [] => (/^[a-z]{2,3}$/i.test(value) ? value.toLowerCase() : []);
