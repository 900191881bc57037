/** Which words of a question are function words. */
import { stopWords } from '../../analysis/text/stop-words.ts';
import { foldWord } from './fold.ts';

/** English function words: fewer than those that make no keyword, because `use` or `last` may be what a question is about. */
const ENGLISH = `a about am an and are as at be been but by can could did do does for from had has have how i if in into is it its
  me my no not of on or our should so than that the their them then there these they this those to was we were what when where
  which who whom why will with would you your dont doesnt didnt isnt arent wasnt werent cant couldnt wouldnt shouldnt wont hasnt
  havent hadnt`.split(/\s+/);

const lists = new Map<string, ReadonlySet<string>>([['en', new Set(ENGLISH)]]);

function listOf(language: string): ReadonlySet<string> {
  const known = lists.get(language);
  if (known !== undefined) return known;
  const list = new Set([...stopWords(language)].map(foldWord));
  lists.set(language, list);
  return list;
}

interface Word {
  readonly folded: string;
  readonly position: number;
}

/** For each word whether it is a function word in the language that has most of the question's; `die` is one in German alone. */
export function markStopWords(words: readonly Word[], languages: readonly string[]): boolean[] {
  const candidates = languages.length === 0 ? ['en'] : languages;
  const counts = candidates.map((language) => {
    const list = listOf(language);
    return { list, count: words.filter(({ folded }) => list.has(folded)).length };
  });
  const most = Math.max(...counts.map(({ count }) => count));
  const likely = counts.filter(({ count }) => count === most && count > 0);
  return words.map(({ folded }) => likely.some(({ list }) => list.has(folded)));
}
