/** What scopes allow, in words. */
import { account as texts } from './account.ts';

/** "Searches and reads", "Searches, reads, adds". */
export function scopesInWords(scopes: readonly string[]): string {
  const words = (Object.keys(texts.scopes) as (keyof typeof texts.scopes)[]).flatMap((scope) =>
    scopes.includes(scope) ? [texts.scopes[scope]] : [],
  );
  const joined = words.length === 2 ? words.join(' and ') : words.join(', ');
  return joined.charAt(0).toUpperCase() + joined.slice(1);
}
