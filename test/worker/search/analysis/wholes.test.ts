import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { analyse, analysePhrase, analyseQuestion } from '../../../../worker-node/search/analysis/analyse.ts';
import { findTerms } from '../../../../worker-node/search/analysis/find-terms.ts';
import { groupedNumberAt } from '../../../../worker-node/search/analysis/grouped-numbers.ts';

const grouped = (digits: string, sign: string) => digits.replace(/\B(?=(?:\d{3})+$)/g, sign);
const termsOf = (text: string) => analyse(text, 'en').map(({ term }) => term);
/** What a question asks for first: its words, without their parts. */
const asked = (text: string) =>
  analyseQuestion(text, ['en']).flatMap((token) => (token.part ? [] : [token.term, ...token.alternatives]));

const SIGNS = [' ', ',', '.', "'", '’', '_', '\u00a0', '\u202f', '\u2009'];
const number = fc.bigInt({ min: 1_000n, max: 10n ** 15n - 1n }).map(String);

describe('numbers and dates as wholes', () => {
  it('wholes: a number is one term however its thousands are parted, in texts and in questions', () => {
    fc.assert(
      fc.property(
        number,
        fc.constantFrom(...SIGNS),
        fc.constantFrom('', ' euros', '.', ', and', ' m²'),
        (digits, sign, after) => {
          const text = `It cost ${grouped(digits, sign)}${after}`;
          expect(termsOf(text)).toContain(digits);
          expect(asked(grouped(digits, sign))).toContain(digits);
          expect(asked(digits)).toEqual([digits]);
          const [found] = findTerms(text, 'en', new Set([digits]));
          expect(text.slice(found?.start, found?.end)).toBe(grouped(digits, sign));
        },
      ),
    );
  });

  it('wholes: groups of a list, of a telephone number and with a zero before them are no number', () => {
    for (const text of ['1 000 2 000', '06 123 456 78', '+49 171 234 567', '(555) 123 456', '017 350', '12 345-67', '1 0000']) {
      const digits = text.replace(/\D/g, '');
      expect(analyse(text, 'en').filter(({ start, end }) => text.slice(start, end).includes(' '))).toEqual([]);
      expect(termsOf(text)).not.toContain(digits);
    }
  });

  it('wholes: a year before thousands, and decimals after them', () => {
    expect(termsOf('In 2024 42 000 people came')).toContain('42000');
    expect(termsOf('42 000,50 euros')).toContain('42000.50');
    for (const text of ['42 000,00 €', '€42,000.00', '42.000,00 Euro', "42'000.00"]) expect(termsOf(text)).toContain('42000');
    expect(termsOf('12,34,567 rupees')).toContain('1234567');
  });

  it('wholes: only a first group of up to three digits begins a number', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[0-9a-z]{1,5}$/), fc.stringMatching(/^( [0-9]{2,3}){1,6}$/), (first, rest) => {
        const isNumber = /^[1-9]\d{0,2}$/.test(first) && /^(?: \d{3}){1,5}$/.test(rest);
        const found = groupedNumberAt(first + rest, 0, first.length);
        expect(found?.terms).toEqual(isNumber ? [(first + rest).replaceAll(' ', '')] : undefined);
      }),
      { numRuns: 2_000 },
    );
  });

  it('wholes: a phrase says a number in one word and in groups', () => {
    expect(analysePhrase('42,000 euros', ['en'])).toContainEqual([['42'], ['000'], ['euro']]);
    expect(analysePhrase('42 000 euros', ['en'])).toContainEqual([['42000'], ['euro']]);
  });

  it('wholes: a day is one term however it is written, and a question for it asks for nothing besides', () => {
    const date = fc.date({ min: new Date('1000-01-01'), max: new Date('9999-12-31'), noInvalidDate: true });
    const write = (format: Intl.DateTimeFormatOptions, language: string) => (of: Date) =>
      new Intl.DateTimeFormat(language, { timeZone: 'UTC', ...format }).format(of);
    const monthOf = (of: Date, month: 'short' | 'long', language: string) => write({ month }, language)(of).replace('.', '');
    const named = (order: readonly ('day' | 'month' | 'year')[], sign: string) => (of: Date) => {
      const [year = '', , day = ''] = of.toISOString().split(/[-T]/);
      // Which of the names is chosen by the day.
      const language = Number(day) % 2 === 0 ? 'en' : 'de';
      const month = monthOf(of, Number(day) % 3 === 0 ? 'short' : 'long', language);
      const parts = { year, day: Number(day) % 5 === 0 ? String(Number(day)) : day, month };
      return order.map((part) => parts[part]).join(sign);
    };
    const long = { day: 'numeric', month: 'long', year: 'numeric' } as const;
    const forms = [
      (of: Date) => of.toISOString().slice(0, 10),
      (of: Date) => of.toISOString().slice(0, 10).replaceAll('-', '/'),
      write(long, 'en-GB'),
      write(long, 'en-US'),
      write(long, 'de'),
      write(long, 'fr'),
      write(long, 'es'),
      write({ day: '2-digit', month: '2-digit', year: 'numeric' }, 'de'),
      ...['-', '.', '/'].flatMap((sign) => [
        named(['day', 'month', 'year'], sign),
        named(['month', 'day', 'year'], sign),
        named(['year', 'month', 'day'], sign),
      ]),
      named(['day', 'month', 'year'], ''),
    ];
    fc.assert(
      fc.property(date, fc.constantFrom(...forms), (of, form) => {
        const day = of.toISOString().slice(0, 10);
        expect(termsOf(`Am ${form(of)} im Saal`)).toContain(day);
        expect(asked(form(of))).toEqual([day]);
        const [found] = findTerms(`Am ${form(of)} im Saal`, 'de', new Set([day]));
        expect(found).toEqual({ start: 3, end: 3 + form(of).length });
      }),
      { numRuns: 400 },
    );
  });

  it('wholes: a month in a run of characters makes a date only with a day and a year behind equal signs', () => {
    for (const text of [
      '15-Mar.2024',
      '32-Mar-2024',
      '0-Mar-2024',
      '15-Mars-Rover-2024',
      '15-Marx-2024',
      '15-Mar-20245',
      '15-Mar-2024-3',
      '15-Mar-2024b',
      'Mar-2024-15',
      'Mar152024',
      '2024-Mar-150',
      '2024-Mar-32',
    ])
      expect(termsOf(text).filter((term) => term.startsWith('2024-03'))).toEqual([]);
    expect(termsOf('15/Mar/2024:13:55:36')).toEqual(expect.arrayContaining(['2024-03-15', '13:55']));
    expect(termsOf('2024-Mar-15T10:30:00Z')).toEqual(expect.arrayContaining(['2024-03-15', '10:30']));
    expect(termsOf('Mar-15-2024-minutes')).toEqual(expect.arrayContaining(['2024-03-15', 'minut']));
    expect(termsOf('15-Mar-2024')).toEqual(expect.arrayContaining(['2024-03-15', '2024-03', '15', 'mar', '2024']));
  });
});
