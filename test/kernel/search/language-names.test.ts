import { expect, test } from 'vitest';
import { readFilter } from '../../../src/kernel/search/filter-values.ts';
import { languageCodeOf, languagesNamed } from '../../../src/kernel/search/language-names.ts';
import { parseSearchQuery } from '../../../src/kernel/search/search-query.ts';

test('languages: an English name stands for its code in any case', () => {
  expect(['german', 'German', ' CHINESE ', 'Norwegian Bokmål'].map(languageCodeOf)).toEqual(['de', 'de', 'zh', 'nb']);
  expect(['de', '', 'klingonish', 'constructor'].map(languageCodeOf)).toEqual([undefined, undefined, undefined, undefined]);
});

test('languages: a name leads to the code that documents have, not to a retired one', () => {
  expect(['Hebrew', 'Indonesian', 'Javanese', 'Romanian', 'Yiddish'].map(languageCodeOf)).toEqual(['he', 'id', 'jv', 'ro', 'yi']);
  expect(readFilter('language', 'Lao')).toEqual({ language: ['lao', 'lo'] });
});

test('languages: a filter looks for the value given, and for the code of an English name', () => {
  expect(languagesNamed(['de', 'German', 'pt-BR'])).toEqual(['de', 'German', 'pt-BR']);
  expect(languagesNamed(['french'])).toEqual(['french', 'fr']);
  expect(languagesNamed(['DE', 'Deu'])).toEqual(['DE', 'de', 'Deu', 'deu']);
});

test('languages: a name is an operator within a question, and what is no name is text', () => {
  expect(readFilter('language', 'german')).toEqual({ language: ['de'] });
  expect(parseSearchQuery('language:german bees')).toMatchObject({ text: 'bees', filters: { language: ['de'] } });
  expect(parseSearchQuery('language:klingonish bees')).toMatchObject({ text: 'language:klingonish bees', filters: {} });
});
