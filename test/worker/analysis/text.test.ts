import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { extractKeywords, MAX_KEYWORDS } from '../../../worker-node/analysis/text/keywords.ts';
import { countSyllables, measureReading } from '../../../worker-node/analysis/text/readability.ts';
import { sentenceRanges, sentences } from '../../../worker-node/analysis/text/sentences.ts';
import { summarise } from '../../../worker-node/analysis/text/summary.ts';
import { countWords, words } from '../../../worker-node/analysis/text/words.ts';

describe('words', () => {
  it('words: runs of letters and digits with inner apostrophes and hyphens', () => {
    expect(words("It's a well-known fact: naïve models — 3 of 4 — don't.")).toEqual([
      "It's",
      'a',
      'well-known',
      'fact',
      'naïve',
      'models',
      '3',
      'of',
      '4',
      "don't",
    ]);
  });

  it('words: scripts without spaces are split into pairs of characters', () => {
    expect(words('漢字仮名')).toEqual(['漢字', '仮名']);
    expect(countWords('ภาษาไทย')).toBeGreaterThan(1);
  });

  it('words: 10 MB without a space, or of hyphens, is several words', () => {
    expect(words('x'.repeat(10_000_000)).join('')).toHaveLength(10_000_000);
    expect(countWords('a-'.repeat(5_000_000))).toBeGreaterThan(1);
  });
});

describe('sentences', () => {
  it('sentences: ranges cover every character but white space, in order and without overlap', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('. ', '! ', 'Dr. ', '\n', ' e.g. ', 'U.S. '))),
        (parts) => {
          const text = parts.join('');
          let covered = 0;
          for (const { start, end } of sentenceRanges(text)) {
            expect(text.slice(covered, start).trim()).toBe('');
            expect(start).toBeGreaterThanOrEqual(covered);
            expect(end).toBeGreaterThan(start);
            covered = end;
          }
          expect(text.slice(covered).trim()).toBe('');
        },
      ),
    );
  });

  it('sentences: each ends at a full stop or a line break, not at an abbreviation', () => {
    expect(sentences('Dr. Smith saw it. It works, e.g. here. See Fig. 3 for more!\nA line\nAnother')).toEqual([
      'Dr. Smith saw it.',
      'It works, e.g. here.',
      'See Fig. 3 for more!',
      'A line',
      'Another',
    ]);
  });
});

describe('measureReading', () => {
  it.each([
    ['cat', 1],
    ['table', 2],
    ['reading', 2],
    ['computer', 3],
    ['university', 5],
    ['stopped', 1],
    ['make', 1],
  ])('countSyllables: %s has %i', (word, count) => {
    expect(countSyllables(word)).toBe(count);
  });

  it('reading ease: Flesch’s formula applies to English only', () => {
    const measured = measureReading('The cat sat. The dog ran.', 'en');
    expect(measured).toMatchObject({ words: 6, sentences: 2, wordsPerSentence: 3 });
    expect(measured?.fleschEase).toBeCloseTo(206.835 - 1.015 * 3 - 84.6, 3);
    expect(measureReading('Die Katze sitzt.', 'de')?.fleschEase).toBeNull();
    expect(measureReading('... !', 'en')).toBeNull();
  });
});

const TEXT =
  `Glaciers are rivers of ice. A glacier grows where snow falls faster than it melts. Mass balance is what glaciologists call the
difference between what a glacier gains and what it loses. When the mass balance is negative for years, the glacier retreats and the
valley below gets less water in summer. The weather was nice that day. Farmers feel the retreat of a glacier first.`.replaceAll(
    '\n',
    ' ',
  );

describe('extractKeywords', () => {
  it('keywords: the topic of a text comes first, and phrases are found', () => {
    const found = extractKeywords(TEXT, { language: 'en', titles: ['Why glaciers retreat'] }).map(({ phrase }) => phrase);
    expect(found.slice(0, 3).join(' ')).toMatch(/glacier/);
    expect(found).toContain('mass balance');
    expect(found).not.toContain('the');
    expect(found.length).toBeLessThanOrEqual(MAX_KEYWORDS);
  });

  it.each([
    [
      'zh',
      '深度学习是机器学习的一个分支。深度学习使用多层神经网络。深度学习在图像识别中非常成功。神经网络由神经元组成。',
      '深度学习',
    ],
    ['ja', '新幹線は東京と大阪を結ぶ高速鉄道です。新幹線の速度は時速三百キロです。新幹線は一九六四年に開業しました。', '新幹線'],
    ['th', 'แมวเป็นสัตว์เลี้ยงลูกด้วยนมขนาดเล็ก แมวบ้านเป็นสัตว์เลี้ยงที่นิยมมากในโลก แมวล่าหนูในเวลากลางคืน', 'สัตว์เลี้ยง'],
  ])('keywords: in %s the topic of a text comes first, without spaces and without its parts', (language, text, topic) => {
    const found = extractKeywords(text, { language }).map(({ phrase }) => phrase);
    expect(found[0]).toBe(topic);
    for (const other of found.slice(1)) expect(topic).not.toContain(other);
  });

  it.each([
    ['https://github.example/lamp/raw', 'github'],
    ['see (https://github.example/lamp/raw), then', 'github'],
    ['www.github.example/lamp', 'github'],
    ['ada.lovelace@github.example', 'lovelace'],
    ['s3://github/lamp.csv', 'github'],
  ])('keywords: the words of the address in %j are none', (address, part) => {
    const text = `The lantern burns. ${address}\nThe lantern glows. ${address}\n`;
    const found = extractKeywords(text, { language: 'en' }).map(({ phrase }) => phrase);
    expect(found).toContain('lantern');
    expect(found.join(' ')).not.toContain(part);
  });

  it('keywords: a text that follows an address without a space is read', () => {
    const text = '参照：https://a.example/x新幹線は東京と大阪を結ぶ高速鉄道です。新幹線の速度は時速三百キロです。';
    expect(extractKeywords(text, { language: 'ja' })[0]?.phrase).toBe('新幹線');
  });

  it('keywords: for any text they are deterministic and lower case, with positive weights', () => {
    fc.assert(
      fc.property(fc.oneof(fc.lorem({ mode: 'sentences' }), fc.string({ unit: 'grapheme' })), (text) => {
        const found = extractKeywords(text, { language: null });
        expect(extractKeywords(text, { language: null })).toEqual(found);
        for (const { phrase, weight } of found) {
          expect(phrase).toBe(phrase.toLowerCase());
          expect(weight).toBeGreaterThan(0);
        }
      }),
    );
  });
});

describe('summarise', () => {
  const keywords = extractKeywords(TEXT, { language: 'en' });

  it('summary: up to three sentences of the text, in its order', () => {
    const summary = summarise([TEXT], { language: 'en', keywords });
    const all = sentences(TEXT);
    const chosen = sentences(summary ?? '');
    expect(chosen.length).toBeGreaterThan(0);
    expect(chosen.length).toBeLessThanOrEqual(3);
    const positions = chosen.map((one) => all.indexOf(one));
    expect(positions).toEqual([...positions].sort((a, b) => a - b));
    expect(positions).not.toContain(-1);
    expect(summary).not.toContain('nice that day');
  });

  it('summary: a note that has no sentence is its own summary', () => {
    expect(summarise(['Wifi password:', 'blue-horse-42'], { language: null, keywords: [] })).toBe('Wifi password: blue-horse-42');
    expect(summarise(['Wifi password:', 'x'.repeat(300)], { language: null, keywords: [] })).toBeNull();
    expect(summarise([], { language: null, keywords: [] })).toBeNull();
  });

  it('summary: a piece of a sentence is left out where sentences begin with a capital letter', () => {
    const piece = 'against both accidentally and intentionally caused losses of glaciers and glacier ice.';
    expect(summarise([piece, TEXT], { language: 'en', keywords })).not.toContain('against both');
    expect(summarise([piece], { language: 'en', keywords })).toBe(piece);
  });

  it('summary: a repeated sentence appears once, and a text without sentences has no summary', () => {
    const repeated = 'A glacier grows where snow falls faster than it melts. '.repeat(5);
    expect(sentences(summarise([repeated], { language: 'en', keywords }) ?? '')).toHaveLength(1);
    expect(summarise(['- a list\n- of words', 'Heading', ''], { language: 'en', keywords })).toBeNull();
  });
});
