import { describe, expect, it } from 'vitest';
import { documentsByMeaning, documentsByWords } from '../../../../worker-node/search/rank/document-scores.ts';
import {
  foreignDocuments,
  foreignnessOfQuestion,
  KNOWN,
  OTHER_LANGUAGE,
  OTHER_SCRIPT,
} from '../../../../worker-node/search/rank/foreign.ts';
import { rankDocuments } from '../../../../worker-node/search/rank/rank-documents.ts';
import { rankingSettingsOf } from '../../../../worker-node/search/rank/ranking-settings.ts';
import { embedWords, smallLibrary } from '../small-library.ts';

const mixed = () =>
  smallLibrary([
    { id: 'en', text: 'A glacier.', language: 'en-GB' },
    { id: 'de', text: 'Ein Gletscher.', language: 'de' },
    { id: 'de2', text: 'Gletscher im Winter.', language: 'de' },
  ]).index;

describe('documents in languages that a model does not know', () => {
  it('are none for a model of any language, and none in a library of known ones', () => {
    expect(foreignDocuments(mixed(), null)).toBeNull();
    expect(foreignDocuments(mixed(), ['en', 'de'])).toBeNull();
  });

  it('are told from those in a regional form of a known one', () => {
    const index = mixed();
    const foreign = foreignDocuments(index, ['en']);
    expect(['en', 'de', 'de2'].map((id) => foreign?.[index.slotOf(id) as number])).toEqual([0, 1, 1]);
  });

  it('are told anew once a document has changed, and for other languages', () => {
    const index = mixed();
    const known = ['en'];
    const told = (languages: readonly string[]) =>
      ['en', 'de', 'de2'].map((id) => foreignDocuments(index, languages)?.[index.slotOf(id) as number]);
    expect(told(known)).toEqual([0, 1, 1]);
    expect(told(['de'])).toEqual([1, 0, 0]);
    index.put({
      ...{ id: 'de', title: null, language: 'en', category: null, tags: [], contentType: null, createdAt: 0, qualityScore: null },
      ...{ metadata: {}, chunks: [{ seq: 99, text: 'glacier', context: '', embedding: null }] },
    });
    expect(told(known)).toEqual([0, 0, 1]);
  });

  it('are told by script from those that the model reads at least the letters of', () => {
    const languages = ['en', 'de', 'ru', 'ja-JP', 'sr-Latn', 'x'];
    const { index } = smallLibrary(languages.map((language) => ({ id: language, text: 'A glacier.', language })));
    const told = (known: string[]) => languages.map((id) => foreignDocuments(index, known)?.[index.slotOf(id) as number]);
    const [k, l, s] = [KNOWN, OTHER_LANGUAGE, OTHER_SCRIPT];
    expect(told(['en'])).toEqual([k, l, s, s, l, l]);
    expect(told(['en', 'bg'])).toEqual([k, l, l, s, l, l]);
    expect(told(['ja'])).toEqual([s, s, s, k, s, s]);
  });

  it('make a question one of their language where most of its words’ best documents are theirs', () => {
    const index = mixed();
    const foreign = foreignDocuments(index, ['en']);
    const asked = (term: string) => {
      const words = documentsByWords(index, index.words([{ terms: [{ term }] }]), [1]);
      return foreignnessOfQuestion(index.liveDocuments, words, foreign);
    };
    expect([asked('gletsch'), asked('glacier'), asked('unheard')]).toEqual([OTHER_LANGUAGE, KNOWN, KNOWN]);
    const russian = smallLibrary([{ id: 'ru', text: 'oven', language: 'ru' }]).index;
    const words = documentsByWords(russian, russian.words([{ terms: [{ term: 'oven' }] }]), [1]);
    expect(foreignnessOfQuestion(russian.liveDocuments, words, foreignDocuments(russian, ['en']))).toBe(OTHER_SCRIPT);
  });

  it('are ordered by words more than those in a known one', () => {
    const order = (language: string) => {
      const texts = ['glacier oven', 'glacier glacier glacier', 'oven', 'flour'];
      const { index } = smallLibrary(texts.map((text, i) => ({ id: `${i}`, text, language })));
      const vector = embedWords('glacier oven flour');
      const words = index.words([{ terms: [{ term: 'glacier' }] }]);
      const cosines = index.meaning(vector);
      const { order } = rankDocuments(index, {
        ...{ mode: 'hybrid', settings: rankingSettingsOf('all-MiniLM-L6-v2'), vector, documents: index.liveDocuments },
        ...{ foreign: foreignDocuments(index, ['en']), wordScores: words.scores, cosines, isName: false },
        words: documentsByWords(index, words, [1]),
        meaning: documentsByMeaning(index, cosines),
      });
      return (order[index.slotOf('1') as number] as number) - (order[index.slotOf('2') as number] as number);
    };
    expect(order('fi')).toBeGreaterThan(order('en'));
    expect(order('ru')).toBeGreaterThan(order('fi'));
  });
});
