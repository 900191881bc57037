/** How strong a password is, from 0 (nothing typed) to 4. Length counts: what repeats itself does not. */

/** The server refuses shorter ones. */
const MIN_LENGTH = 8;

export function strengthOf(password: string): 0 | 1 | 2 | 3 | 4 {
  if (password === '') return 0;
  const characters = [...password];
  // A password of three letters is as short as these, whatever its length.
  const length = Math.min(characters.length, new Set(characters).size * 2);
  if (characters.length < MIN_LENGTH || length < MIN_LENGTH) return 1;
  if (length < 12) return 2;
  return length < 16 ? 3 : 4;
}
