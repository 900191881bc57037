/** Texts longer than a model reads at once, with small generated models. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { resolveModel } from '../../src/adapters/model-folder.ts';
import { systemClock } from '../../src/adapters/system-clock.ts';
import { createEmbedder, type Embedder } from '../../worker-node/embedder/embedder.ts';
import { forkInference } from '../../worker-node/embedder/fork-inference.ts';
import { loadModel, type Model } from '../../worker-node/embedder/model.ts';
import { createStaticTokeniser } from '../../worker-node/embedder/static-tokeniser.ts';
import { splitEvenly, type Tokeniser } from '../../worker-node/embedder/tokeniser.ts';
import { meanOfWindows } from '../../worker-node/embedder/windows.ts';
import { memoryLog } from '../support/fakes/doubles.ts';
import { type TokenizerKind, writeTransformerFolder } from '../support/fixtures/transformer-folder.ts';

const MAX_TOKENS = 16;
const PREFIX = 'the text: ';

const words = fc.constantFrom('how', 'do', 'glaciers', 'wait', 'for', 'snow', 'zzyzx', 'résumé', '1,234.5', '日本語', '😀', '—');
const texts = fc.oneof(
  fc.array(words, { maxLength: 80 }).map((list) => list.join(' ')),
  fc.string({ unit: 'grapheme', maxLength: 200 }),
);

test('windows: ids are cut into as few parts as fit, of equal length but for one, in order and without overlap', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(), { maxLength: 300 }), fc.integer({ min: 1, max: 40 }), (ids, room) => {
      const parts = splitEvenly(ids, room);
      expect(parts.flat()).toEqual(ids);
      expect(parts).toHaveLength(Math.max(1, Math.ceil(ids.length / room)));
      const lengths = parts.map(({ length }) => length);
      expect(Math.max(...lengths)).toBeLessThanOrEqual(room);
      expect(Math.max(...lengths) - Math.min(...lengths)).toBeLessThanOrEqual(1);
    }),
  );
});

test('windows: the mean counts each window by its tokens; zeros and opposites give zeros', () => {
  const [a, b] = [Float32Array.of(1, 0), Float32Array.of(0, 1)];
  expect(meanOfWindows([a], [7])).toBe(a);
  const mean = meanOfWindows([a, b], [3, 4]);
  expect([...mean].map((value) => value.toFixed(6))).toEqual(['0.600000', '0.800000']);
  expect(meanOfWindows([a, Float32Array.of(-1, 0)], [2, 2])).toEqual(new Float32Array(2));
  expect(meanOfWindows([new Float32Array(2), new Float32Array(2)], [1, 1])).toEqual(new Float32Array(2));
});

/** Every token of the text is in one window, each window fits, and a text that fits is tokenised as `encode` does. */
function expectWholeTexts(tokeniser: Tokeniser, unlimited: Tokeniser, maxTokens: number): void {
  const special = unlimited.encode('').ids.length;
  const before = unlimited.encode('a').ids.length > special ? Math.min(1, special) : 0;
  const bodyOf = (ids: Int32Array) => [...ids].slice(before, ids.length - (special - before));
  const lead = bodyOf(unlimited.encode(PREFIX.trimEnd()).ids);
  fc.assert(
    fc.property(texts, fc.constantFrom('', PREFIX), (text, prefix) => {
      const windows = tokeniser.windows(text, prefix);
      const all = unlimited.encode(prefix + text).ids;
      for (const { ids } of windows) expect(ids.length).toBeLessThanOrEqual(maxTokens);
      if (all.length <= maxTokens) {
        expect(windows.map(({ ids }) => ids)).toEqual([tokeniser.encode(prefix + text).ids]);
        return;
      }
      const own = prefix === '' ? [] : lead;
      const bodies = windows.map(({ ids }) => bodyOf(ids));
      for (const [index, body] of bodies.entries()) {
        expect(body.slice(0, own.length)).toEqual(own);
        expect(windows[index]?.weight).toBe(body.length - own.length);
      }
      expect([...own, ...bodies.flatMap((body) => body.slice(own.length))]).toEqual(bodyOf(all));
    }),
    { numRuns: 200 },
  );
}

describe.each<TokenizerKind>(['WordPiece', 'BPE', 'Unigram'])('windows of a transformer (%s)', (kind) => {
  let models: string;
  let model: Model;
  let unlimited: Model;
  let embedder: Embedder;
  beforeAll(async () => {
    models = await mkdtemp(join(tmpdir(), 'pharos-windows-'));
    await writeTransformerFolder(join(models, 'short'), { tokenizer: kind, maxTokens: MAX_TOKENS });
    await writeTransformerFolder(join(models, 'long'), { tokenizer: kind, maxTokens: 4000 });
    model = await loadModel(await resolveModel({ model: 'short' }, [models]), { documentPrefix: PREFIX });
    unlimited = await loadModel(await resolveModel({ model: 'long' }, [models]));
    embedder = createEmbedder({
      model,
      start: forkInference,
      log: memoryLog(),
      clock: systemClock,
      sleep: (ms, signal) => sleep(ms, undefined, { signal }),
    });
  });
  afterAll(async () => {
    await embedder.close();
    await rm(models, { recursive: true, force: true });
  });

  test(`windows (${kind}): every token of a text is in one window, with the prefix and the special tokens`, () => {
    expectWholeTexts(model.tokeniser, unlimited.tokeniser, MAX_TOKENS);
  });

  test.each(['query', 'document'] as const)(`windows (${kind}): the end of a long %s counts`, async (use) => {
    const start = 'how do glaciers wait for snow in the mountain '.repeat(6);
    const options = { priority: 'bulk', kind: use } as const;
    const [ice, bread] = (await embedder.embed([`${start} ice`, `${start} bread`], options)) as [Float32Array, Float32Array];
    expect(ice).not.toEqual(bread);
    const { rows } = (await embedder.tokenise([`${start} ice`], { kind: use, whole: true }))[0]!;
    expect(rows.length).toBeGreaterThan(3);
    const windows = model.tokeniser.windows(`${start} ice`, model.prefixes[use]);
    const parts = await embedder.embed(rows, options);
    const expected = meanOfWindows(
      parts,
      windows.map(({ weight }) => weight),
    );
    for (const [at, value] of expected.entries()) expect(ice[at]).toBeCloseTo(value, 5);
    expect(Math.hypot(...ice)).toBeCloseTo(1, 5);
  });
});

test('windows of a static model: every token of a text is in one window, with the prefix', () => {
  const vocabulary = ['how', 'do', 'glaciers', 'wait', 'for', 'snow', 'the', 'text'];
  expectWholeTexts(createStaticTokeniser(vocabulary, MAX_TOKENS), createStaticTokeniser(vocabulary, 4000), MAX_TOKENS);
});

test('windows: a prefix that fills a window leaves room for a token of the text', () => {
  const tokeniser = createStaticTokeniser(['the', 'ice'], 3);
  const windows = tokeniser.windows('ice ice', 'the the the the');
  expect(windows.map(({ ids }) => [...ids])).toEqual([
    [0, 0, 1],
    [0, 0, 1],
  ]);
});
