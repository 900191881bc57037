/** Rules for usernames. They apply to the stored NFKC form, in which one character may become several, even a space. */
import { skeletonOf } from '../model/lookalikes.ts';

export const MIN_USERNAME_LENGTH = 3;
export const MAX_USERNAME_LENGTH = 64;
const FORM = /^[\p{L}\p{N}][\p{L}\p{N}._-]*$/u;

/**
 * The scripts in common use (UAX 31, table 5), alone, and the combinations in which Chinese, Japanese and Korean are written
 * (UTS 39, "highly restrictive"). A name of several scripts may look like a name of one.
 */
const SCRIPTS = [
  ...['Latin', 'Greek', 'Cyrillic', 'Armenian', 'Hebrew', 'Arabic', 'Thaana', 'Devanagari', 'Bengali', 'Gurmukhi', 'Gujarati'],
  ...['Oriya', 'Tamil', 'Telugu', 'Kannada', 'Malayalam', 'Sinhala', 'Thai', 'Lao', 'Tibetan', 'Myanmar', 'Georgian', 'Khmer'],
  ...['Ethiopic', 'Latin Han Hiragana Katakana', 'Latin Han Bopomofo', 'Latin Han Hangul'],
].map((scripts) => {
  const classes = `${scripts} Common Inherited`.split(' ').map((script) => `\\p{scx=${script}}`);
  return new RegExp(`^[${classes.join('')}]+$`, 'u');
});

/** Names that speak for the service. */
const RESERVED = new Set(
  ['admin', 'administrator', 'pharos', 'root', 'security', 'service', 'support', 'system', 'test_user'].map(skeletonOf),
);

/** NFKC, so that equivalent Unicode forms of a username are equal. */
export const normaliseUsername = (username: string): string => username.normalize('NFKC');

/** Why a username is refused, as a predicate for the user; undefined if it is accepted. */
export function usernameFault(username: string): string | undefined {
  const stored = normaliseUsername(username);
  const { length } = [...stored];
  if (length < MIN_USERNAME_LENGTH) return `must have at least ${MIN_USERNAME_LENGTH} characters`;
  if (length > MAX_USERNAME_LENGTH) return `must have at most ${MAX_USERNAME_LENGTH} characters`;
  if (!FORM.test(stored))
    return 'may contain letters, digits, dots, underscores and hyphens, and must start with a letter or digit';
  if (!SCRIPTS.some((script) => script.test(stored))) return 'must not mix the letters of several scripts';
  return undefined;
}

/** Whether only the operator, at the command line, may give this name: it reads like one that speaks for the service. */
export const isReservedUsername = (username: string): boolean =>
  RESERVED.has(skeletonOf(normaliseUsername(username).toLowerCase()));
