/** Tags as they are typed: several with commas between them. */

const COMMAS = /[,\u060c\u3001\uff0c]/;

/** Without blanks around them, each once, in their order. One of `known` is taken as it is: older ones may hold a comma. */
export function typedTags(typed: string, known: readonly string[] = []): readonly string[] {
  const whole = typed.trim();
  if (known.includes(whole)) return [whole];
  const parts = whole.split(COMMAS).map((tag) => tag.trim());
  return [...new Set(parts.filter((tag) => tag !== ''))];
}
