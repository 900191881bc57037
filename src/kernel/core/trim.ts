/** Trimming of given characters. An expression such as `/[.,]+$/` takes quadratic time: it starts anew at each of them. */

/** The text without those of `characters` that stand at its end. */
export function trimEndOf(text: string, characters: string): string {
  let end = text.length;
  while (end > 0 && characters.includes(text.charAt(end - 1))) end--;
  return text.slice(0, end);
}
