/** Raised and lowered characters, without which a power would be another number: 10⁶ and not 106. */

export type Script = 'raised' | 'lowered' | undefined;

const PLAIN = '0123456789+-−=()n';
const FORMS = {
  raised: [...'⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿ'],
  lowered: [...'₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎ₙ'],
};

/** The text as it is where a character of it has no such form, as in `1st`. */
export function inScript(text: string, script: Script): string {
  if (script === undefined) return text;
  const characters = [...text.trim()].map((character) => FORMS[script][PLAIN.indexOf(character)]);
  return characters.includes(undefined) ? text : characters.join('');
}
