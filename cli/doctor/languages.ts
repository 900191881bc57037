/** The active model knows the languages of the documents; otherwise another one is suggested. */
import { findActiveModel } from '../../src/kernel/db/embedding-models.ts';
import { countLanguages } from '../../src/kernel/db/resource-embeddings.ts';
import { callOf } from '../call.ts';
import { KNOWN_MODELS } from '../hub/known-models.ts';
import { type Check, isFinding, migrated, ok, warning } from './check.ts';

const SUGGESTED = 'intfloat/multilingual-e5-small';
/** Of the documents whose language is known, the share in languages that the model does not know from which a change pays. */
const SHARE = 0.1;

/** `nb` and `nn` are Norwegian, and a region does not matter. */
const baseOf = (tag: string) => {
  const base = tag.toLowerCase().split(/[-_]/)[0] as string;
  return base === 'nb' || base === 'nn' ? 'no' : base;
};

export interface LanguageCount {
  readonly language: string | null;
  readonly count: number;
}

/** The languages that a model does not know, most documents first, with the share that they are of all known ones. */
export function unknownLanguages(counts: readonly LanguageCount[], known: readonly string[]) {
  const bases = new Set(known.map(baseOf));
  const told = counts.flatMap(({ language, count }) =>
    language === null || baseOf(language) === 'unknown' || baseOf(language) === 'und' ? [] : [{ base: baseOf(language), count }],
  );
  const total = told.reduce((sum, { count }) => sum + count, 0);
  const others = told.filter(({ base }) => !bases.has('*') && !bases.has(base)).toSorted((a, b) => b.count - a.count);
  const share = total === 0 ? 0 : others.reduce((sum, { count }) => sum + count, 0) / total;
  return { languages: [...new Set(others.map(({ base }) => base))], share };
}

export const languagesCheck: Check = {
  name: 'languages',
  run: async (patient) => {
    const database = await migrated(patient);
    if (isFinding(database)) return database;
    const active = await findActiveModel(database.db);
    if (!active) return ok('no model is active yet');
    if (active.languages === null) return ok(`the languages of ${active.id} are not known`);
    const { languages, share } = unknownLanguages(await countLanguages(database.db), active.languages);
    if (share <= SHARE) return ok(`${active.id} knows the languages of the documents`);
    const found = `${Math.floor(share * 100)} % of the documents whose language is known are in languages that ${active.id} does not know (${languages.slice(0, 5).join(', ')})`;
    const helped = (KNOWN_MODELS[SUGGESTED]?.languages ?? []).map(baseOf);
    if (!languages.some((language) => helped.includes(language))) return warning(`${found}: searches find them by words`);
    const [pull, activate] = [callOf(`models pull ${SUGGESTED}`), callOf(`models activate ${SUGGESTED.split('/')[1]}`)];
    return warning(`${found}: run "${pull}", then "${activate}"`);
  },
};
