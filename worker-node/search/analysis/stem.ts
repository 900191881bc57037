/** Stemmers by language: Porter's for English, Snowball's for the others. */
import { stemmer as arabic } from '@orama/stemmers/arabic';
import { stemmer as armenian } from '@orama/stemmers/armenian';
import { stemmer as bulgarian } from '@orama/stemmers/bulgarian';
import { stemmer as danish } from '@orama/stemmers/danish';
import { stemmer as dutch } from '@orama/stemmers/dutch';
import { stemmer as finnish } from '@orama/stemmers/finnish';
import { stemmer as french } from '@orama/stemmers/french';
import { stemmer as german } from '@orama/stemmers/german';
import { stemmer as greek } from '@orama/stemmers/greek';
import { stemmer as hungarian } from '@orama/stemmers/hungarian';
import { stemmer as hindi } from '@orama/stemmers/indian';
import { stemmer as indonesian } from '@orama/stemmers/indonesian';
import { stemmer as irish } from '@orama/stemmers/irish';
import { stemmer as italian } from '@orama/stemmers/italian';
import { stemmer as lithuanian } from '@orama/stemmers/lithuanian';
import { stemmer as nepali } from '@orama/stemmers/nepali';
import { stemmer as norwegian } from '@orama/stemmers/norwegian';
import { stemmer as portuguese } from '@orama/stemmers/portuguese';
import { stemmer as romanian } from '@orama/stemmers/romanian';
import { stemmer as russian } from '@orama/stemmers/russian';
import { stemmer as serbian } from '@orama/stemmers/serbian';
import { stemmer as spanish } from '@orama/stemmers/spanish';
import { stemmer as swedish } from '@orama/stemmers/swedish';
import { stemmer as tamil } from '@orama/stemmers/tamil';
import { stemmer as turkish } from '@orama/stemmers/turkish';
import { stemmer as ukrainian } from '@orama/stemmers/ukrainian';
import { stemmer as porter } from 'stemmer';
import { oneSpelling } from './english-spelling.ts';
import type { Script } from './scripts.ts';

export type Stem = (word: string) => string;
interface Stemmer {
  readonly script: Script;
  readonly stem: Stem;
}

export const ENGLISH: Stem = (word) => porter(oneSpelling(word));

const STEMMERS: ReadonlyMap<string, Stemmer> = new Map(
  Object.entries({
    ar: { script: 'arabic', stem: arabic },
    bg: { script: 'cyrillic', stem: bulgarian },
    da: { script: 'latin', stem: danish },
    de: { script: 'latin', stem: german },
    el: { script: 'greek', stem: greek },
    en: { script: 'latin', stem: ENGLISH },
    es: { script: 'latin', stem: spanish },
    fi: { script: 'latin', stem: finnish },
    fr: { script: 'latin', stem: french },
    ga: { script: 'latin', stem: irish },
    hi: { script: 'devanagari', stem: hindi },
    hu: { script: 'latin', stem: hungarian },
    hy: { script: 'armenian', stem: armenian },
    id: { script: 'latin', stem: indonesian },
    it: { script: 'latin', stem: italian },
    lt: { script: 'latin', stem: lithuanian },
    nb: { script: 'latin', stem: norwegian },
    ne: { script: 'devanagari', stem: nepali },
    nl: { script: 'latin', stem: dutch },
    nn: { script: 'latin', stem: norwegian },
    no: { script: 'latin', stem: norwegian },
    pt: { script: 'latin', stem: portuguese },
    ro: { script: 'latin', stem: romanian },
    ru: { script: 'cyrillic', stem: russian },
    sr: { script: 'latin', stem: serbian },
    sv: { script: 'latin', stem: swedish },
    ta: { script: 'tamil', stem: tamil },
    tr: { script: 'latin', stem: turkish },
    uk: { script: 'cyrillic', stem: ukrainian },
  } satisfies Record<string, Stemmer>),
);

/** The language whose stemmer words of a script get in a text of another script, or of no known language. */
const OF_SCRIPT: Readonly<Partial<Record<Script, string>>> = {
  latin: 'en',
  cyrillic: 'ru',
  greek: 'el',
  arabic: 'ar',
  devanagari: 'hi',
  tamil: 'ta',
  armenian: 'hy',
};

/** Written in other letters: Latin words in their texts are mostly English. */
const NOT_LATIN = new Set(
  'am as be bn bo dv dz fa gu he ja ka kk km kn ko ky lo mk ml mn mr my or pa ps sa sd si te tg th ti ug ur yi yue zh'.split(' '),
);

const unstemmed: Stem = (word) => word;

/** Of a word of ASCII letters, what these leave begins with the same two letters; Porter's alone makes an `i` of a `y`. */
const KEEPING_STARTS: ReadonlySet<Stem> = new Set([
  ...[
    ENGLISH,
    unstemmed,
    danish,
    dutch,
    french,
    german,
    hungarian,
    italian,
    lithuanian,
    norwegian,
    portuguese,
    romanian,
    spanish,
  ],
  swedish,
]);

export const keepsStart = (stem: Stem): boolean => KEEPING_STARTS.has(stem);

/**
 * Stemmers for words of a script in texts of these languages (null: unknown), each once. Words in a script that the language is
 * not written in, or of no known language, get the stemmer of the script.
 */
export function stemmersOf(script: Script, languages: readonly (string | null)[]): Stem[] {
  return [...new Set(languages.map((language) => stemmerOf(script, language)))];
}

export function stemmerOf(script: Script, language: string | null): Stem {
  const own = language === null ? undefined : STEMMERS.get(language);
  if (own?.script === script) return own.stem;
  // English endings are not those of another language in Latin letters.
  const isForeign = script === 'latin' && language !== null && own === undefined && !NOT_LATIN.has(language);
  return (isForeign ? undefined : STEMMERS.get(OF_SCRIPT[script] ?? '')?.stem) ?? unstemmed;
}
