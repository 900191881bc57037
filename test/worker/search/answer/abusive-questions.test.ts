import { expect, test } from 'vitest';
import { AppError } from '../../../../src/kernel/core/errors.ts';
import type { SearchMode } from '../../../../src/kernel/search/search-request.ts';
import { searchBody, searchQuery } from '../../../../src/services/search/search-schemas.ts';
import { readQuestion } from '../../../../worker-node/search/answer/question.ts';
import { suggest } from '../../../../worker-node/search/answer/suggest.ts';
import type { LibraryIndex, Vocabulary } from '../../../../worker-node/search/index/library-index.ts';
import { abusiveQuestions } from '../../../support/fixtures/abusive-questions.ts';
import { smallLibrary } from '../small-library.ts';

const DOCUMENTS = [
  { id: 'glacier', title: 'Why glaciers calve', text: 'Water freezes to ice; people see the glacier work day and year.' },
  { id: 'fahrt', title: 'Schifffahrt', text: 'Donaudampfschifffahrt und Wasser.', language: 'de' },
  { id: 'japan', title: '文章', text: '日本語の文章 👩‍👩‍👧‍👦 RFC 9457, v1.2.3, 15 March 2024', language: 'ja' },
];

test('answerSearch: generated questions that nobody means well are answered or refused, and highlights stay within the text', async () => {
  const library = smallLibrary(DOCUMENTS);
  const questions = abusiveQuestions(19, () => []);
  let answered = 0;
  for (let i = 0; i < 600; i++) {
    const { kind, path, body } = questions.next().value;
    const { pathname, searchParams } = new URL(path, 'http://localhost');
    const given = body === undefined ? Object.fromEntries(searchParams) : (JSON.parse(body) as Record<string, unknown>);
    if (pathname === '/search/suggest') {
      for (const word of suggest(library.index, { q: String(given.q), limit: 5 }).words) expect(word).not.toBe('');
      continue;
    }
    const read = (body === undefined ? searchQuery : searchBody).safeParse(given);
    if (!read.success) continue;
    const { q, similar_to, limit, cursor, prefix } = read.data;
    try {
      const asked = { q, similar_to, limit, cursor, prefix, mode: read.data.mode as SearchMode };
      const answer = await library.ask(asked);
      answered++;
      for (const { score, passages } of answer.hits) {
        expect(score).toBeGreaterThanOrEqual(0);
        expect(score).toBeLessThanOrEqual(1);
        for (const { text, highlights } of passages) {
          let before = 0;
          for (const [start, end] of highlights) {
            expect([start >= before, end > start, end <= text.length], kind).toEqual([true, true, true]);
            before = end;
          }
        }
      }
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      expect(['invalid_input', 'not_found']).toContain(error.code);
    }
  }
  expect(answered).toBeGreaterThan(300);
});

test('answerSearch: of a question of many unknown words, few are compared with the whole vocabulary or searched for in it', () => {
  const { index } = smallLibrary(DOCUMENTS);
  const counts = { correct: 0, complete: 0, endingIn: 0 };
  const vocabulary: Vocabulary = {
    size: 1_000_000,
    frequency: (term) => index.vocabulary.frequency(term),
    correct: (word) => {
      counts.correct++;
      return index.vocabulary.correct(word);
    },
    complete: (prefix, limit) => {
      counts.complete++;
      return index.vocabulary.complete(prefix, limit);
    },
    endingIn: (suffix, limit) => {
      counts.endingIn++;
      return index.vocabulary.endingIn(suffix, limit);
    },
  };
  const q = Array.from({ length: 500 }, (_, i) => `unbekannt${String.fromCharCode(97 + (i % 26), 97 + Math.floor(i / 26))}`).join(
    ' ',
  );
  const { languages, mainLanguages, chunks } = index;
  readQuestion({ languages, mainLanguages, chunks, vocabulary } as LibraryIndex, {
    q: q.slice(0, 4_000),
    prefix: false,
    filters: {},
  });
  expect(counts).toEqual({ correct: 24, complete: 24, endingIn: 24 });
});
