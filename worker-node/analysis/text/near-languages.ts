/**
 * Tells apart languages that are so near to one another that statistics of letters confuse them. Each has letters or frequent
 * words that its neighbours lack.
 */

interface Signs {
  /** Letters of this language alone, in lower case. */
  readonly letters?: RegExp;
  /** Frequent words of this language alone, in lower case. */
  readonly words?: ReadonlySet<string>;
}

type Group = Readonly<Record<string, Signs>>;

const words = (list: string): ReadonlySet<string> => new Set(list.split(' '));

/** Groups of near languages, by ISO 639-1 code. */
const GROUPS: readonly Group[] = [
  { cs: { letters: /[ěřů]/gu }, sk: { letters: /[ľĺŕôä]/gu, words: words('nie sú alebo aby ktorý ktorá ktoré') } },
  {
    da: { words: words('af blev efter hvad mellem meget mod nogen nogle noget ret ud') },
    no: { words: words('av ble etter hva mellom mot mye noen noe rett å ut') },
    sv: { letters: /[äö]/gu, words: words('och att är av efter vad mellan mycket något rätt ut') },
  },
  {
    hr: { words: words('tko nitko netko svatko što tijekom obitelj također tisuća uvjet sudjelovati sveučilište') },
    sr: { words: words('ko niko neko svako šta tokom porodica takođe hiljada uslov učestvovati univerzitet') },
    sl: { words: words('biti ki lahko nihče njegov sme svoje tudi vsak vsakdo vsakogar') },
  },
  {
    id: { words: words('bahwa berbeda bisa karena kantor kerja seorang atas uang orang-tua') },
    ms: { words: words('bahawa berbeza boleh ialah kerana pejabat sebarang seseorang wang hendaklah') },
  },
  { es: { letters: /[ñ]/gu }, pt: { letters: /[ãõç]/gu } },
];

/** Whether a text in one of the languages may well be taken for the other. Bokmål and Nynorsk are Norwegian. */
export function areNear(a: string, b: string): boolean {
  const [one, other] = [a, b].map((code) => (code === 'nb' || code === 'nn' ? 'no' : code === 'bs' ? 'hr' : code));
  if (one === undefined || other === undefined) return false;
  return one === other || GROUPS.some((group) => one in group && other in group);
}

/** How often the signs occur in `text`, whose words are parted by single spaces. */
function countSigns(text: string, { letters, words: list }: Signs): number {
  const found = letters ? (text.match(letters)?.length ?? 0) : 0;
  return found + (list ? text.split(' ').filter((word) => list.has(word)).length : 0);
}

/**
 * The language of a group of near languages that most signs in `text` speak for. `guess` stays where it is of no group or no
 * other language has more signs than it has.
 */
export function amongNearLanguages(guess: string, text: string): string {
  const group = GROUPS.find((languages) => guess in languages);
  if (!group) return guess;
  const lower = text.toLowerCase();
  const counts = new Map(Object.entries(group).map(([language, signs]) => [language, countSigns(lower, signs)]));
  const most = Math.max(...counts.values());
  if (counts.get(guess) === most) return guess;
  return [...counts].find(([, count]) => count === most)?.[0] ?? guess;
}
