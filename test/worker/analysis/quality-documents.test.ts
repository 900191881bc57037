import { describe, expect, it } from 'vitest';
import { measureQuality } from '../../../worker-node/analysis/quality/measure.ts';
import { noticeOf } from '../../../worker-node/analysis/quality/notices.ts';
import { measureSoundness } from '../../../worker-node/analysis/quality/soundness.ts';
import { QUALITY_DOCUMENTS } from '../../support/fixtures/quality-documents.ts';

const measured = QUALITY_DOCUMENTS.map(({ name, label, facts }) => ({
  ...{ name, label },
  ...{ total: measureQuality(facts).total, soundness: measureSoundness(facts) },
}));
const labelled = (label: string) => measured.filter((document) => document.label === label);
const totalOf = (name: string) => measured.find((document) => document.name === name)?.total ?? Number.NaN;
const mean = (documents: readonly { total: number }[]) => documents.reduce((sum, { total }) => sum + total, 0) / documents.length;

describe('quality of labelled documents', () => {
  it('has 36 of them', () => {
    expect(measured).toHaveLength(36);
  });

  it.each(labelled('junk'))('is lower for "$name" than for every fair or good document', ({ total, soundness }) => {
    for (const other of [...labelled('fair'), ...labelled('good')]) expect(total, other.name).toBeLessThan(other.total);
    expect(soundness.reasons.length).toBeGreaterThan(0);
  });

  it.each([...labelled('good'), ...labelled('fair')])('has nothing to say against the text of "$name"', ({ soundness }) => {
    expect(soundness).toEqual({ score: 1, reasons: [] });
  });

  it('is higher for good documents than for fair ones on average', () => {
    expect(mean(labelled('good'))).toBeGreaterThan(mean(labelled('fair')) + 0.1);
  });

  it('is not raised by the signs of form alone', () => {
    expect(totalOf('random nouns in the dress of a paper')).toBeLessThan(totalOf('one line'));
    expect(totalOf('article without any metadata')).toBeGreaterThan(5 * totalOf('random letters in the dress of a paper'));
  });

  it('is higher for a good note than for a page of a missing page', () => {
    expect(totalOf('note of fifty words')).toBeGreaterThan(5 * totalOf('page of a missing page'));
  });
});

describe('soundness', () => {
  const article = QUALITY_DOCUMENTS[1]?.facts;
  if (!article) throw new Error('no article');

  it('is told in the reasons of each dimension that it lowers', () => {
    const { dimensions } = measureQuality({ ...article, prose: 'The cat sat on the mat in the sun. '.repeat(40) });
    for (const name of ['completeness', 'credibility', 'depth', 'readability', 'structure'] as const)
      expect(dimensions[name].reasons[0], name).toMatch(/^It repeats itself/);
    expect(dimensions.freshness.reasons).toEqual(['It does not say when it was published']);
  });

  it('has nothing to say of a document without sentences', () => {
    expect(measureSoundness({ ...article, prose: '' })).toEqual({ score: 1, reasons: [] });
  });

  it('does not judge a language without a list of function words by them', () => {
    const finnish =
      'Silta joen yli suljettiin viime vuonna, koska sen pilarit olivat vaurioituneet. Kaupunginvaltuusto päätti syksyllä uusia sen ensi kesään mennessä ja pyysi asukkailta kärsivällisyyttä.';
    expect(measureSoundness({ ...article, text: finnish, prose: finnish, wordCount: 23, language: 'fi' }).score).toBe(1);
  });
});

describe('notices', () => {
  it('are not seen in an article about one', () => {
    const text = `${'A server answers with a number that says what became of the request. '.repeat(30)} The page could not be found.`;
    expect(noticeOf('Status codes', text, 400)).toBeNull();
  });

  it('are not sure where a short note has words of one once', () => {
    const note = 'Ask Mei why the page was not found yesterday and whether the new proxy was the reason for it.';
    expect(noticeOf(null, note, 18)).toEqual({ kind: 'an error page', sure: false });
  });

  it.each([
    ['Access denied', 'You do not have permission.', 'an error page'],
    [null, 'This site uses cookies. Accept all cookies to go on.', 'a cookie banner'],
    [null, 'Lorem ipsum dolor sit amet, consectetur.', 'a placeholder'],
  ])('are found by title or text: %s, %s', (title, text, kind) => {
    expect(noticeOf(title, text, 8)).toEqual({ kind, sure: true });
  });
});
