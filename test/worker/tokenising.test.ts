/** Tokenisers compared with Python's `tokenizers`. bench/tokenising.ts does the same with any folder where Python is at hand. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { packagePath } from '../../src/adapters/package-files.ts';
import { createBertTokeniser } from '../../worker-node/embedder/bert-tokeniser.ts';
import { createHuggingFaceTokeniser } from '../../worker-node/embedder/hugging-face-tokeniser.ts';
import { normaliserOf } from '../../worker-node/embedder/text-normaliser.ts';
import { createUnigramTokeniser } from '../../worker-node/embedder/unigram-tokeniser.ts';
import { committedIds } from '../support/fixtures/tokenising/committed-ids.ts';
import { tokenisingTexts } from '../support/fixtures/tokenising/texts.ts';
import { writeTransformerFolder } from '../support/fixtures/transformer-folder.ts';

const folder = mkdtempSync(join(tmpdir(), 'pharos-tokenising-'));
afterAll(() => rmSync(folder, { recursive: true }));
await writeTransformerFolder(folder, { tokenizer: 'Unigram' });
const read = (path: string) => JSON.parse(readFileSync(join(path, 'tokenizer.json'), 'utf8')) as Record<string, unknown>;
const miniLm = read(packagePath('models/all-MiniLM-L6-v2'));
const unigram = read(folder);

/** A normaliser's table in SentencePiece's form: a double-array trie of the keys, then the replacements. */
function charsmap(replacements: Readonly<Record<string, string>>): string {
  const units = new Uint32Array(4096);
  const values = Buffer.from(
    Object.values(replacements)
      .map((text) => `${text}\0`)
      .join(''),
  );
  const offsets = new Map<string, number>();
  let at = 0;
  for (const [key, text] of Object.entries(replacements)) {
    offsets.set(key, at);
    at += Buffer.byteLength(text) + 1;
  }
  let base = 256;
  function place(node: number, prefix: Buffer): void {
    const keys = Object.keys(replacements).filter((key) => Buffer.from(key).subarray(0, prefix.length).equals(prefix));
    const next = new Set(keys.map((key) => Buffer.from(key)[prefix.length]).filter((byte) => byte !== undefined));
    const own = base;
    base += 256;
    const value = offsets.get(prefix.toString());
    units[node] = (units[node]! | ((own ^ node) << 10) | (value === undefined ? 0 : 0x100)) >>> 0;
    if (value !== undefined) units[own] = (0x8000_0000 | value) >>> 0;
    for (const byte of next) {
      units[own ^ byte] = byte;
      place(own ^ byte, Buffer.concat([prefix, Buffer.of(byte)]));
    }
  }
  place(0, Buffer.alloc(0));
  const size = Buffer.alloc(4);
  size.writeUInt32LE(units.byteLength);
  return Buffer.concat([size, Buffer.from(units.buffer), values]).toString('base64');
}

describe('tokenising', () => {
  it.each([
    ['all-MiniLM-L6-v2', miniLm, createBertTokeniser(miniLm)],
    ['unigram', unigram, createUnigramTokeniser(unigram)],
  ])('tokenising (%s): 10,000 texts in over 30 scripts have the ids of Python’s tokenizers', (name, json, own) => {
    expect(own).toBeDefined();
    const { tokeniser } = createHuggingFaceTokeniser(json, {}, 1_000_000);
    const expected = committedIds(name);
    const texts = tokenisingTexts();
    expect(texts).toHaveLength(10_000);
    expect(expected).toHaveLength(10_000);
    const different = texts.filter((text, index) => tokeniser.encode(text).ids.join() !== expected[index]?.join());
    expect(different).toEqual([]);
  });

  it('tokenising: the words of a range are those of the range as a text, with their places', () => {
    const bert = createBertTokeniser(miniLm)!;
    const texts = tokenisingTexts(500);
    fc.assert(
      fc.property(fc.constantFrom(...texts), fc.constantFrom(...texts), (before, text) => {
        const ids: number[] = [];
        let last = before.length;
        bert.words(`${before}\n${text}\n${before}`, before.length + 1, before.length + 1 + text.length, (start, end, own) => {
          expect(start).toBeGreaterThanOrEqual(last);
          expect(end).toBeGreaterThan(start);
          last = end;
          ids.push(...own);
        });
        expect(ids).toEqual(bert.encode(text));
      }),
    );
  });

  it('tokenising: a file with what is not understood is left to the package', () => {
    const cased = { ...miniLm, normalizer: { ...(miniLm.normalizer as object), lowercase: false, strip_accents: false } };
    expect(createBertTokeniser(cased)).toBeUndefined();
    expect(createHuggingFaceTokeniser(cased, {}, 256).tokeniser.encode('Paris').ids).not.toEqual(
      createHuggingFaceTokeniser(miniLm, {}, 256).tokeniser.encode('Paris').ids,
    );
    expect(createUnigramTokeniser({ ...unigram, model: { ...(unigram.model as object), byte_fallback: true } })).toBeUndefined();
    expect(createUnigramTokeniser(miniLm)).toBeUndefined();
  });

  it('tokenising: an added token that strips takes the space beside it, and its id', () => {
    const mask = { id: 900, content: '<mask>', single_word: false, lstrip: true, rstrip: true, normalized: false };
    const encode = createUnigramTokeniser({ ...unigram, added_tokens: [mask] })!;
    expect(encode('how  <mask> do')).toEqual([...encode('how'), 900, ...encode('do')]);
  });

  it('normaliser: SentencePiece’s table replaces graphemes by the shortest key that begins them, longer ones by character', () => {
    const normalise = normaliserOf({
      type: 'Precompiled',
      precompiled_charsmap: charsmap({ ﬁ: 'fi', 'e\u0301': 'é', '\n': ' ', Ａ: 'A', '\u00ad': '' }),
    });
    expect(normalise('ﬁn Ａe\u0301 plain\r\nx\ny')).toBe('fin Aé plain\r x y');
    expect(normalise('so\u00adft Ａ\u0301 Ａ\u0301\u0301')).toBe('soft A A\u0301\u0301');
    expect(normalise('')).toBe('');
    expect(normalise('only ASCII')).toBe('only ASCII');
  });

  it('normaliser: NFKC leaves what is younger than Python’s Unicode as it is', () => {
    const nfkc = normaliserOf({ type: 'Sequence', normalizers: [{ type: 'NFKC' }] });
    expect(nfkc('ﬁ㋿①e\u0301')).toBe('fi㋿1é');
  });
});
