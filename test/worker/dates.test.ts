import fc from 'fast-check';
import { expect, it } from 'vitest';
import { normaliseDate } from '../../worker-node/ingest/readers/dates.ts';
import { languageTag } from '../../worker-node/ingest/readers/normalise.ts';

it.each([
  ['2024', '2024'],
  [' 2024-5 ', '2024-05'],
  ['2024/5/3', '2024-05-03'],
  ['2024.05.03', '2024-05-03'],
  ['2024-05-03T10:00:00+02:00', '2024-05-03T08:00:00.000Z'],
  ['2024-05-03 10:00:00  +02:00\n', '2024-05-03T08:00:00.000Z'],
  ['2024-05-03T10:00:00.25Z', '2024-05-03T10:00:00.250Z'],
  ['2024-05-03T10:00+0530', '2024-05-03T04:30:00.000Z'],
  ['2024-05-03 10:00 Z', '2024-05-03T10:00:00.000Z'],
  ['2024-05-03T10:00:00', '2024-05-03'],
  ['2024-05-03\t \n10:00', '2024-05-03'],
  ['20240506', '2024-05-06'],
  ['20240506T100000Z', '2024-05-06T10:00:00.000Z'],
  ['20240506100000+0200', '2024-05-06T08:00:00.000Z'],
  ['06.05.2024', '2024-05-06'],
  ['6.5.2024, 10:30 Uhr', '2024-05-06'],
  ['13.05.2024', '2024-05-13'],
  ['06/05/2024', null],
  ['13/05/2024', '2024-05-13'],
  ['05/13/2024', '2024-05-13'],
  ['05/05/2024', '2024-05-05'],
  ['31/31/2024', null],
  ['2024年5月6日', '2024-05-06'],
  ['2024 年 5 月 6 日 10:00', '2024-05-06'],
  ['2024년 5월 6일', '2024-05-06'],
  ['14 March 2026', '2026-03-14'],
  ['March 14, 2026', '2026-03-14'],
  ['Mar. 14th, 2026', '2026-03-14'],
  ['March 2026', '2026-03'],
  ['6 mai 2024', '2024-05-06'],
  ['1er août 2024', '2024-08-01'],
  ['6. März 2024', '2024-03-06'],
  ['6 de mayo de 2024', '2024-05-06'],
  ['6 мая 2024 г.', '2024-05-06'],
  ['6 maja 2024', '2024-05-06'],
  ['6 Mayıs 2024', '2024-05-06'],
  ['14 listopada 2024', null],
  ['Mon, 06 May 2024 10:00:00 GMT', '2024-05-06T10:00:00.000Z'],
  ['Mon, 06 May 2024 10:00:00 +0200', '2024-05-06T08:00:00.000Z'],
  ['Monday, May 6, 2024 10:00 PM EST', '2024-05-07T03:00:00.000Z'],
  ['6 May 2024 10:00 EST', '2024-05-06T15:00:00.000Z'],
  ['6 May 2024 12:00 am UTC', '2024-05-06T00:00:00.000Z'],
  ['6 May 2024 10:00 IST', '2024-05-06'],
  ['6 May 2024 10:00', '2024-05-06'],
  ['Mon May 06 2024 10:00:00 GMT+0200 (Central European Summer Time)', '2024-05-06T08:00:00.000Z'],
  ['2024-13-01', null],
  ['2023-02-29', null],
  ['30 February 2024', null],
  ['2024-05-03T25:00:00Z', '2024-05-03'],
  ['3024', null],
  ['12', null],
  ['6 Foo 2024', null],
  ['Posted by Ann on 6 May 2024', null],
  ['', null],
  [`2024${' '.repeat(100_000)}x`, null],
])('dates: %j is %j', (declared, expected) => {
  expect(normaliseDate(declared)).toBe(expected);
});

it('dates: a day that is written in a language is that day', () => {
  const languages = fc.constantFrom('en', 'de', 'fr', 'es', 'it', 'pt', 'nl', 'ru', 'uk', 'tr', 'sv', 'da', 'fi', 'ro', 'id');
  const days = fc.date({ min: new Date('1900-01-01'), max: new Date('2100-01-01'), noInvalidDate: true });
  fc.assert(
    fc.property(languages, days, (language, day) => {
      const written = new Intl.DateTimeFormat(language, { dateStyle: 'long', timeZone: 'UTC' }).format(day);
      expect(normaliseDate(written), written).toBe(day.toISOString().slice(0, 10));
    }),
  );
});

it('dates: whatever is declared, the result is a date that exists, or none', () => {
  const piece = fc.constantFrom(
    '2024',
    '05',
    '6',
    '31',
    '/',
    '.',
    '-',
    ' ',
    ':',
    'T',
    'Z',
    'May',
    'EST',
    '年',
    '+02:00',
    'pm',
    ',',
    'de',
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join('')),
      ),
      (declared) => {
        const found = normaliseDate(declared);
        if (found !== null) expect(Number.isNaN(Date.parse(found))).toBe(false);
      },
    ),
  );
});

it.each([
  [' en-GB ', 'en'],
  ['DE_at', 'de'],
  ['gsw', 'gsw'],
  ['english', null],
  [`en-${'\t'.repeat(100_000)}\nx`, null],
  [null, null],
])('languages: the tag %j is %j', (tag, expected) => {
  expect(languageTag(tag)).toBe(expected);
});
