/** At most `max` UTF-16 units of well-formed `text`, without half of a surrogate pair at the end. */
export const truncate = (text: string, max: number): string => text.slice(0, max).replace(/[\ud800-\udbff]$/, '');

/** The offset `at`, or the one before it where `at` would split a surrogate pair. */
export function codePointBoundary(text: string, at: number): number {
  const code = text.charCodeAt(at - 1);
  return code >= 0xd800 && code <= 0xdbff ? at - 1 : at;
}
