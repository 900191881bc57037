import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { analyse } from '../../../../worker-node/search/analysis/analyse.ts';

const terms = (text: string, language: string | null = null) => analyse(text, language).map(({ term }) => term);

/** Some term of the question stands for every word of it among the terms of the text. */
const shares = (text: string, question: string, language: string | null = null) =>
  terms(question, language).some((term) => terms(text, language).includes(term));

describe('analysis of text', () => {
  it.each([
    ['getUserById', ['getuserbyid', 'get', 'user', 'by', 'id']],
    ['foo_bar.baz', ['foobarbaz', 'foobar', 'foo', 'bar', 'baz']],
    ['XMLHttpRequest', ['xmlhttprequest', 'xml', 'http', 'request']],
    ['v2.10.3', ['2.10.3', '2.10']],
    ['"v1.2.3-beta"', ['1.2.3', '1.2', 'beta']],
    ['rfc9457', ['rfc9457', 'rfc', '9457']],
    ['C++ C# F# C', ['c++', 'c#', 'f#', 'c']],
    ['C/C++17', ['c', 'c++', '17']],
    ['.NET', ['dotnet', 'net']],
    ['1,000,000', ['1000000']],
    ["1'000'000", ['1000000']],
    ['1\u202f000\u202f000', ['1000000']],
    ['1.000', ['1000', '1.000']],
    ['1.234,5', ['1234.5']],
    ['0x80070005', ['0x80070005']],
    ['CVE-2024-3094', ['cve20243094', 'cve', '2024', '3094']],
    ['2024-03-15T10:30:00Z', ['2024-03-15', '2024-03', '2024', '03', '15', '10:30']],
    ['15.03.2024', ['2024-03-15', '2024-03', '2024']],
    ['15 March 2024', ['2024-03-15', '2024-03', '15', 'march', '2024']],
    ['anna.b@example.com', ['anna.b@example.com', 'annab', 'anna', 'b', 'examplecom', 'exampl', 'com']],
    ["O'Reilly", ['oreilli', 'o', 'reilli']],
    ["don't it's we'll", ['dont', 'it', 'we']],
    ['e-mail', ['email', 'e', 'mail']],
    ['R&D', ['rd', 'r', 'd']],
    ['机器学', ['机器', '机', '器学', '器', '学']],
    ['김치는', ['김치', '김', '치는', '치', '는']],
    ['🎉👍🏽🇩🇪', ['🎉', '👍🏽', '👍', '🇩🇪']],
    ['--no-verify /etc/passwd', ['noverifi', 'no', 'verifi', 'etc', 'passwd']],
    ['colour organisation', ['color', 'organis']],
    ['constructor __proto__ toString', ['constructor', 'proto', 'tostr', 'to', 'string']],
    ['— “ ” … , \u200b', []],
  ])('analysis: %s', (text, expected) => expect(terms(text)).toEqual(expected));

  it('analysis: the parts of an identifier take positions in a row, and the whole stands at the first', () => {
    expect(analyse('call getUser now').map(({ term, position }) => [term, position])).toEqual([
      ['call', 0],
      ['getus', 1],
      ['get', 1],
      ['user', 2],
      ['now', 3],
    ]);
  });

  it.each([
    ['French', "L'avion d'une université", 'fr', ['avion', 'une', 'universit', 'univers']],
    ['German', 'Häuser', 'de', ['haus', 'haeus']],
    ['Swedish', 'för', 'sv', ['for']],
    ['a language without a stemmer', 'domkami', 'pl', ['domkami']],
    ['English words in Chinese', 'machines 机', 'zh', ['machin', '机']],
    ['Cyrillic words of an unknown language', 'глубокое', null, ['глубок']],
  ])('analysis: the stem of %s', (_, text, language, expected) => expect(terms(text, language)).toEqual(expected));

  it('analysis: offsets name what stands in the original, invisible characters included', () => {
    const text = 'the ﬁnancial super\u00adcali Ångström';
    expect(analyse(text).map(({ start, end }) => text.slice(start, end))).toEqual(
      expect.arrayContaining(['ﬁnancial', 'super\u00adcali', 'Ångström']),
    );
  });

  const piece = fc.oneof(
    fc.constantFrom(
      ...'getUserById foo_bar.baz v2.10.3 RFC 9457 C++ C# .NET Node.js 1,000,000 15 March 2024 2024-03-15T10:30:00Z 15.03.2024'.split(
        ' ',
      ),
      ...[
        "O'Reilly",
        'e-mail',
        '机器学习',
        '김치는',
        'รถไฟฟ้า',
        '👩‍👩‍👧',
        'ﬁ\u00adnance',
        'Müller',
        'ΣΊΣΥΦΟΣ',
        'القرآن',
        '½',
        '…',
        '\u200b',
        '\ud800',
      ],
      ' ',
      '\n',
      '.',
      '-',
      '/',
      '@',
      '+',
      '#',
      '\u00a0', // biome-ignore format: a list
    ),
    fc.string({ unit: 'grapheme', maxLength: 6 }),
    fc.string({ unit: 'binary', maxLength: 6 }),
  );
  const text = fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join(''));
  const language = fc.constantFrom(null, 'constructor', 'en', 'de', 'fr', 'ru', 'zh', 'tr', 'ar');

  it('analysis: what a token covers, analysed alone, gives its term', () => {
    fc.assert(
      fc.property(text, language, (original, code) => {
        for (const { term, start, end } of analyse(original, code)) {
          expect(terms(original.slice(start, end), code)).toContain(term);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('analysis: tokens lie within the text, have terms, and their positions begin at 0 and leave out none', () => {
    fc.assert(
      fc.property(text, language, (original, code) => {
        let last = -1;
        for (const { term, start, end, position } of analyse(original, code)) {
          expect(term).not.toBe('');
          expect(0 <= start && start < end && end <= original.length).toBe(true);
          expect(position === last || position === last + 1).toBe(true);
          last = position;
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it.each([
    ['organization', 'organisations'],
    ['analyzed', 'analyse'],
    ['kilometres', 'kilometer'],
    ['neighbourhood', 'neighborhoods'],
    ['catalogues', 'catalog'],
    ['Müller', 'Mueller'],
    ['Müller', 'MULLER'],
    ['Straßen', 'Strassen'],
    ['smørrebrød', 'smorrebrod'],
    ['Łódź', 'lodz'],
    ['œuvre', 'oeuvre'],
    ['Diyarbakır', 'diyarbakir'],
    ['ＡＢＣ１２３', 'abc123'],
    ['ﬁnancial', 'financial'],
    ['βράχος', 'βραχος'],
    ['ΣΊΣΥΦΟΣ', 'σισυφος'],
    ['المكتبـــة', 'المكتبة'],
    ['الْقُرْآنُ', 'القرآن'],
    ['בְּרֵאשִׁית', 'בראשית'],
    ['Ёжик', 'ежик'],
    ['부산'.normalize('NFD'), '부산'],
    ['re\u200bcalculate', 'recalculate'],
    ['١٢٣', '123'],
  ])('analysis: %s is found by %s', (written, typed) => {
    expect(shares(written, typed)).toBe(true);
    expect(shares(typed, written)).toBe(true);
  });

  it('analysis: й is no и, and a vowel sign of Hindi is no accent', () => {
    expect(shares('йод', 'иод')).toBe(false);
    expect(terms('हिन्दी')).not.toEqual(terms('हन्द'));
  });
});
