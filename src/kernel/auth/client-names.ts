/** Names that apps give themselves, made fit to be shown: a name may neither hide text nor turn the line around. */

const MAX_LENGTH = 80;

/** Control and format characters, line and paragraph separators, private use, unassigned. */
const INVISIBLE = /[\p{C}\p{Zl}\p{Zp}]+/gu;

export const UNNAMED = 'An app without a name';

export function displayName(given: string | undefined): string {
  const words = (given ?? '')
    .slice(0, 1000)
    .normalize('NFKC')
    .replace(INVISIBLE, ' ')
    .split(/\p{Zs}/u)
    .filter((word) => word !== '');
  return [...words.join(' ')].slice(0, MAX_LENGTH).join('').trim() || UNNAMED;
}
