/** Errors as people make them at a keyboard: two letters swapped, one left out, one too many, or another one. */

const LONG_WORD = /\p{L}{5,}/gu;
const MAX_TRIES = 20;

/** One error in each word of five letters and more; the same ones for the same seed. */
export function withTypingErrors(text: string, seed: number): string {
  const random = seeded(seed);
  const below = (bound: number) => Math.floor(random() * bound);
  const letter = () => String.fromCharCode(97 + below(26));
  const errors = [
    (letters: string[]) => {
      const at = below(letters.length - 1);
      letters.splice(at, 2, letters[at + 1] ?? '', letters[at] ?? '');
    },
    (letters: string[]) => void letters.splice(below(letters.length), 1),
    (letters: string[]) => void letters.splice(below(letters.length + 1), 0, letter()),
    (letters: string[]) => void letters.splice(below(letters.length), 1, letter()),
  ];
  return text.replace(LONG_WORD, (word) => {
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const letters = [...word];
      errors[below(errors.length)]?.(letters);
      if (letters.join('') !== word) return letters.join('');
    }
    return word;
  });
}

/** 0 to 1, by Mulberry32. */
function seeded(seed: number): () => number {
  let state = Math.imul(seed + 1, 0x9e3779b9);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
