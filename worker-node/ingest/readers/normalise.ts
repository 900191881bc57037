/** Clean-up of texts and tags that several readers share. */

/** Removes control characters but line ends and tabs: they carry no meaning, and databases refuse NUL. */
export const removeControlCharacters = (text: string) => text.replace(/[^\P{Cc}\t\n\r\f]/gu, '');

/** The text on one line, trimmed; null where nothing is left. */
export function singleLine(text: string | null | undefined): string | null {
  const trimmed = removeControlCharacters(text ?? '')
    .replace(/\s+/g, ' ')
    .trim();
  return trimmed === '' ? null : trimmed;
}

/** The primary subtag of a BCP 47 language tag, lower case; null for anything else. */
export function languageTag(tag: string | null | undefined): string | null {
  return /^([a-z]{2,3})(?:[-_].*)?$/i.exec(tag?.trim() ?? '')?.[1]?.toLowerCase() ?? null;
}
