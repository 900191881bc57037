/** Rules for usernames. They apply to the stored NFKC form, in which one character may become several, even a space. */

const MIN_LENGTH = 3;
const MAX_LENGTH = 64;
const FORM = /^[\p{L}\p{N}][\p{L}\p{N}._-]*$/u;

/** NFKC, so that equivalent Unicode forms of a username are equal. */
export const normaliseUsername = (username: string): string => username.normalize('NFKC');

/** Why a username is refused, as a predicate for the user; undefined if it is accepted. */
export function usernameFault(username: string): string | undefined {
  const stored = normaliseUsername(username);
  const { length } = [...stored];
  if (length < MIN_LENGTH) return `must have at least ${MIN_LENGTH} characters`;
  if (length > MAX_LENGTH) return `must have at most ${MAX_LENGTH} characters`;
  if (!FORM.test(stored))
    return 'may contain letters, digits, dots, underscores and hyphens, and must start with a letter or digit';
  return undefined;
}
