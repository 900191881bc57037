/** What may be a username: judged as it is stored, for some single characters are several, a space among them, in NFKC. */

const MIN_LENGTH = 3;
const MAX_LENGTH = 64;
const FORM = /^[\p{L}\p{N}][\p{L}\p{N}._-]*$/u;

/** Every form of the same characters is one username. */
export const normaliseUsername = (username: string): string => username.normalize('NFKC');

/** Why a username is refused, in words for who chose it; undefined where it is fine. */
export function usernameFault(username: string): string | undefined {
  const stored = normaliseUsername(username);
  const { length } = [...stored];
  if (length < MIN_LENGTH) return `must have at least ${MIN_LENGTH} characters`;
  if (length > MAX_LENGTH) return `must have at most ${MAX_LENGTH} characters`;
  if (!FORM.test(stored)) return 'may hold letters, digits, dots, underscores and hyphens, a letter or digit first';
  return undefined;
}
