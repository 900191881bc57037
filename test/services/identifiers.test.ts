import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { citationKey, findArxivId, findDoi, identifierKeys, normaliseUrl } from '../../src/services/resources/identifiers.ts';

describe('normaliseUrl', () => {
  it.each([
    ['HTTPS://Example.ORG:443/a/b/?b=2&a=1#top', 'https://example.org/a/b?a=1&b=2'],
    ['http://example.org', 'http://example.org'],
    ['http://example.org/?utm_source=x&fbclid=y', 'http://example.org'],
    ['http://user:secret@example.org./x', 'http://example.org/x'],
    ['http://example.org/a//?utm_a=1&b=x%20y&utm_b&UTM_C=2#', 'http://example.org/a?b=x+y'],
    ['http://example.org/?utm_a', 'http://example.org'],
    ['ftp://example.org/', null],
    ['mailto:a@b.c', null],
    ['not a url', null],
  ])('normaliseUrl: %s becomes %s', (url, expected) => {
    expect(normaliseUrl(url)).toBe(expected);
  });

  it('normaliseUrl: a normalised URL is not changed by a second pass', () => {
    fc.assert(
      fc.property(fc.webUrl({ withQueryParameters: true, withFragments: true }), (url) => {
        const once = normaliseUrl(url);
        expect(once).not.toBeNull();
        expect(normaliseUrl(once!)).toBe(once);
      }),
    );
  });
});

describe('citation keys', () => {
  it.each([
    ['see doi:10.1000/ABC.1.', '10.1000/abc.1'],
    ['(10.1000/abc(1)2)', '10.1000/abc(1)2'],
    ['https://doi.org/10.5194/tc-15-1234-2021', '10.5194/tc-15-1234-2021'],
    ['version 10.4/3 of it', null],
    ['10.1000/a).,)]!', '10.1000/a'],
    ['(10.1000/a(b)).', '10.1000/a(b)'],
    ['10.1000/a(b).', '10.1000/a(b)'],
    ['10.1000/)))', null],
  ])('findDoi: the DOI in %j is %s', (text, doi) => {
    expect(findDoi(text)).toBe(doi);
  });

  it.each([
    ['arXiv:2401.01234v2', '2401.01234'],
    ['https://arxiv.org/pdf/2401.01234.pdf', '2401.01234'],
    ['arXiv:hep-th/9901001', 'hep-th/9901001'],
    ['2401.01234', null],
  ])('findArxivId: the arXiv id in %j is %s', (text, id) => {
    expect(findArxivId(text)).toBe(id);
  });

  it('citationKey: the DOI or arXiv id if the URL names one, else the URL, and null for other schemes', () => {
    expect(citationKey('http://dx.doi.org/10.1000%2FABC')).toBe('doi:10.1000/abc');
    expect(citationKey('https://arxiv.org/abs/2401.01234v3')).toBe('arxiv:2401.01234');
    expect(citationKey('https://a.example/x#y')).toBe('url:https://a.example/x');
    expect(citationKey('javascript:alert(1)')).toBeNull();
  });

  it('identifierKeys: returns the keys of all URLs, the DOI and the arXiv id', () => {
    const keys = identifierKeys({
      urls: ['https://doi.org/10.1/x', null, 'https://a.example/p'],
      doi: '10.1000/x',
      arxivId: '2401.01234',
    });
    expect(keys).toEqual(['url:https://doi.org/10.1/x', 'url:https://a.example/p', 'doi:10.1000/x', 'arxiv:2401.01234']);
  });
});
