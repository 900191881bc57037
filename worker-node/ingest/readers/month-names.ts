/** The names of the months in the languages that documents are mostly written in. */

const LANGUAGES = 'en de fr es it pt nl pl ru uk cs sk sv da nb fi tr hu ro el id vi bg hr sl sr ca lt lv et'.split(' ');
/** Used beside those of the Unicode locale data. */
const OTHERS: Readonly<Record<string, number>> = { sept: 9, maerz: 3, märz: 3, mrz: 3 };

/** 1 to 12; undefined for a word that is no month, or different ones in different languages, such as `listopad`. */
export function monthOf(name: string): number | undefined {
  names ??= collectNames();
  return names.get(normalised(name)) ?? undefined;
}

let names: ReadonlyMap<string, number | null> | undefined;

const normalised = (name: string) => name.toLowerCase().replaceAll('.', '');

function collectNames(): ReadonlyMap<string, number | null> {
  const found = new Map<string, number | null>(Object.entries(OTHERS));
  for (const language of LANGUAGES)
    for (const format of FORMATS) {
      const formatter = new Intl.DateTimeFormat(language, { ...format, timeZone: 'UTC' });
      for (let month = 1; month <= 12; month++) {
        const part = formatter.formatToParts(Date.UTC(2024, month - 1, 14)).find(({ type }) => type === 'month')?.value ?? '';
        const name = normalised(part);
        if (!/^\p{L}{3,}$/u.test(name)) continue;
        found.set(name, found.has(name) && found.get(name) !== month ? null : month);
      }
    }
  return found;
}

/** Beside a day many languages inflect the name. */
const FORMATS: readonly Intl.DateTimeFormatOptions[] = [
  { month: 'long' },
  { month: 'short' },
  { month: 'long', day: 'numeric' },
  { month: 'short', day: 'numeric' },
];
