/** Rules for passwords: length and a deny-list, no composition rules (NIST SP 800-63B section 5.1.1.2). */

export const MIN_PASSWORD_LENGTH = 8;
export const MAX_PASSWORD_LENGTH = 128;

/** The most common passwords of at least 8 characters. */
const COMMON = new Set(
  `password password1 password12 password123 passw0rd p@ssw0rd p@ssword 12345678 123456789 1234567890 0123456789 11111111
  00000000 87654321 987654321 12341234 11223344 qwertyui qwerty12 qwerty123 qwertyuiop q1w2e3r4 1q2w3e4r 1q2w3e4r5t 1qaz2wsx
  zaq12wsx asdfghjk asdfghjkl zxcvbnm1 abcd1234 abc12345 abcdefgh iloveyou iloveyou1 sunshine princess football baseball
  superman batman123 trustno1 welcome1 welcome123 letmein1 letmein123 changeme changeme1 administrator admin123 admin1234
  dragon123 monkey123 master123 whatever starwars computer internet michelle jennifer corvette mercedes maverick samantha
  charlie1 pokemon1 freedom1 secret123 test1234 testtest default1 guest123 login123 passpass aaaaaaaa pharos123`.split(/\s+/),
);

/** NFKC, so that equivalent Unicode forms of a password are equal. */
export const normalisePassword = (password: string): string => password.normalize('NFKC');

/** Why a password is refused, as a predicate for the user; undefined if it is accepted. */
export function passwordFault(password: string): string | undefined {
  const length = [...normalisePassword(password)].length;
  if (length < MIN_PASSWORD_LENGTH) return `must have at least ${MIN_PASSWORD_LENGTH} characters`;
  if (length > MAX_PASSWORD_LENGTH) return `must have at most ${MAX_PASSWORD_LENGTH} characters`;
  if (COMMON.has(normalisePassword(password).toLowerCase())) return 'is one of the most common passwords; choose another';
  return undefined;
}
