/** What the queue of the console computes. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ResourceProgress } from '../../clients/typescript/src/index.ts';
import {
  countKinds,
  type Entry,
  isFollowed,
  isUnsent,
  kindOf,
  STAGES,
  setbackOf,
  tracksOf,
} from '../../console/src/queue/entry.ts';
import { fitted, MAX_AT_ONCE, MAX_ENTRIES, roomIn } from '../../console/src/queue/room.ts';
import { entryOfFile, entryOfSource, MAX_FILE_BYTES, pastedSources } from '../../console/src/queue/sources.ts';
import { timeLeft } from '../../console/src/screens/add/time-left.ts';
import { sizeOf, typeOfName } from '../../console/src/texts/files.ts';

const STATUSES = ['pending', 'processing', 'completed', 'failed'] as const;
const status = fc.constantFrom(...STATUSES);
const progress: fc.Arbitrary<ResourceProgress> = fc
  .record({
    overall: status,
    stages: fc.tuple(status, status, status, status, status),
    percents: fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 5, maxLength: 5 }),
    percent: fc.integer({ min: 0, max: 100 }),
    eta: fc.option(fc.integer({ min: 0, max: 100_000 })),
  })
  .map(({ overall, stages, percents, percent, eta }) => ({
    resource_id: 'r',
    overall_status: overall,
    percent,
    stages: Object.fromEntries(STAGES.map((stage, i) => [stage, stages[i]])) as ResourceProgress['stages'],
    detail: Object.fromEntries(
      STAGES.map((stage, i) => [
        stage,
        { started_at: null, finished_at: null, percent: percents[i] ?? 0, attempt: 1, message: null },
      ]),
    ) as ResourceProgress['detail'],
    error_message: null,
    updated_at: '2026-01-01T00:00:00.000Z',
    eta_seconds: eta,
  }));
const entryOf = (phase: Entry['phase']): Entry => ({ key: 'k', turn: 1, title: 't', facts: [], phase });
const phase: fc.Arbitrary<Entry['phase']> = fc.oneof(
  fc.constant<Entry['phase']>({ name: 'queued' }),
  fc.constant<Entry['phase']>({ name: 'sending', loaded: 1, total: 2 }),
  fc.constant<Entry['phase']>({ name: 'refused', reason: 'No.' }),
  fc
    .tuple(status, fc.option(progress, { nil: undefined }))
    .map(([first, heard]) => ({ name: 'stored' as const, id: 'r', status: first, progress: heard })),
);

describe('entries', () => {
  test('queue: every entry is of one kind, and the counts add up', () => {
    fc.assert(
      fc.property(fc.array(phase.map(entryOf)), (entries) => {
        const counts = countKinds(entries);
        expect(counts.work + counts.needs + counts.ready).toBe(counts.all);
        for (const entry of entries) {
          if (isUnsent(entry)) expect(kindOf(entry)).toBe('work');
          if (kindOf(entry) === 'work') expect(isUnsent(entry) || isFollowed(entry)).toBe(true);
        }
      }),
    );
  });

  test('queue: what was heard last decides, not what the server said first', () => {
    fc.assert(
      fc.property(status, progress, (first, heard) => {
        const expected = { failed: 'needs', completed: 'ready', pending: 'work', processing: 'work' };
        expect(kindOf(entryOf({ name: 'stored', id: 'r', status: first, progress: heard }))).toBe(expected[heard.overall_status]);
        expect(kindOf(entryOf({ name: 'stored', id: 'r', status: first }))).toBe(expected[first]);
      }),
    );
  });

  test('queue: a document that failed before the page was loaded is followed until its reason is known', () => {
    expect(isFollowed(entryOf({ name: 'stored', id: 'r', status: 'failed' }))).toBe(true);
  });
});

describe('tracks', () => {
  test('queue: five tracks in a fixed order, filled from 0 to 1, and stale ones only while the server is away', () => {
    fc.assert(
      fc.property(fc.option(progress, { nil: undefined }), fc.boolean(), (heard, isStale) => {
        const tracks = tracksOf(heard, isStale);
        expect(tracks.map(({ stage }) => stage)).toEqual(STAGES);
        for (const { stage, state, filled } of tracks) {
          expect(filled).toBeGreaterThanOrEqual(0);
          expect(filled).toBeLessThanOrEqual(1);
          expect(state === 'active' || state === 'stale').toBe(heard?.stages[stage] === 'processing');
          if (state === 'active') expect(isStale).toBe(false);
          if (state === 'stale') expect(isStale).toBe(true);
          expect(state === 'done').toBe(heard?.stages[stage] === 'completed');
        }
        // Of a document that has failed nothing waits.
        const over = tracksOf(heard, isStale, true).map(({ state }) => (state === 'omitted' ? 'pending' : state));
        expect(over).toEqual(tracks.map(({ state }) => state));
        expect(tracksOf(heard, isStale, true).some(({ state }) => state === 'pending')).toBe(false);
      }),
    );
  });

  const detailOf = (attempt: number, message: string | null) =>
    Object.fromEntries(STAGES.map((stage) => [stage, { attempt, message }])) as unknown as ResourceProgress['detail'];
  const heard = (
    overall_status: ResourceProgress['overall_status'],
    percent: number,
    eta_seconds: number | null,
    detail = detailOf(0, null),
  ) => ({ overall_status, percent, eta_seconds, detail }) as ResourceProgress;
  test.each([
    [undefined, false, 'next'],
    [heard('pending', 0, 40), false, 'next'],
    [heard('pending', 40, 40), false, '40 s'],
    [heard('processing', 40, null), false, 'not known'],
    [heard('processing', 40, 0), false, 'a moment'],
    [heard('processing', 40, 61), false, '2 min'],
    [heard('processing', 40, 3_600), false, '1 h'],
    [heard('processing', 40, 18), true, 'not known'],
    [heard('pending', 0, 3, detailOf(2, 'Will be tried again: it refuses connections')), false, 'later again'],
  ])('queue: the time left of %j, stale %s, is "%s"', (progressOf, isStale, expected) => {
    expect(timeLeft(progressOf, isStale)).toBe(expected);
  });

  test('queue: the reason of a setback is told while a document waits for another attempt, and only then', () => {
    const reason = 'Will be tried again: it refuses connections';
    expect(setbackOf(heard('pending', 0, 3, detailOf(2, reason)))).toBe(reason);
    for (const other of ['processing', 'completed', 'failed'] as const) {
      expect(setbackOf(heard(other, 0, 3, detailOf(2, reason)))).toBeUndefined();
    }
    expect(setbackOf(heard('pending', 0, 3))).toBeUndefined();
    expect(setbackOf(undefined)).toBeUndefined();
  });
});

describe('sources', () => {
  const address = fc.webUrl({ validSchemes: ['http', 'https'] });

  test('paste: lines that are all addresses are a document each, once', () => {
    fc.assert(
      fc.property(fc.array(address, { minLength: 1 }), fc.constantFrom('\n', '\n\n', ' \r\n  '), (urls, between) => {
        const sources = pastedSources(urls.join(between));
        expect(sources).toEqual([...new Set(urls)].map((url) => ({ kind: 'url', url })));
      }),
    );
  });

  test('paste: anything else is one text, unchanged', () => {
    fc.assert(
      fc.property(
        fc.array(address),
        fc.constantFrom('see above', 'ftp://example.org', 'http://', 'https://a b'),
        (urls, other) => {
          const pasted = [...urls, other].join('\n');
          expect(pastedSources(pasted)).toEqual([{ kind: 'text', text: pasted }]);
        },
      ),
    );
    expect(pastedSources(' \n ')).toEqual([]);
  });

  test('paste: what is sent is well-formed, also where a program cut the text in the middle of a character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.constantFrom('\ud83d', '\ude00', ''), (text, half) => {
        const [source] = pastedSources(`see ${text}${half}`);
        expect(source?.kind === 'text' && source.text.isWellFormed()).toBe(true);
      }),
    );
  });

  test('add: an empty file and one over 50 MB are refused in words, and cannot be sent again as they are', () => {
    const large = Object.defineProperty(new File([], 'large.pdf'), 'size', { value: MAX_FILE_BYTES + 1 });
    const [empty, tooLarge, sound] = [new File([], 'empty.txt'), large, new File(['a'], 'a.txt')].map(entryOfFile);
    expect(empty?.phase).toEqual({ name: 'refused', reason: 'This file is empty. Choose one with text in it.' });
    expect(tooLarge?.phase).toMatchObject({ name: 'refused', reason: expect.stringContaining('50 MB is the most') });
    expect([empty?.source, tooLarge?.source]).toEqual([undefined, undefined]);
    expect(sound).toMatchObject({ phase: { name: 'queued' }, source: { kind: 'file' }, facts: ['TXT', '1 byte'] });
  });

  test('add: entries have turns in the order in which they were made, and keys of their own', () => {
    const made = Array.from({ length: 50 }, (_, n) => entryOfSource({ kind: 'text', text: `text ${n}` }));
    expect(made.map(({ turn }) => turn)).toEqual([...new Set(made.map(({ turn }) => turn))].sort((a, b) => a - b));
    expect(new Set(made.map(({ key }) => key)).size).toBe(50);
  });
});

describe('files in words', () => {
  test.each([
    [0, '0 bytes'],
    [1, '1 byte'],
    [1_023, '1023 bytes'],
    [1_024, '1 KB'],
    [4_301, '4.2 KB'],
    [10_188, '9.9 KB'],
    [10_190, '10 KB'],
    [1_048_575, '1 MB'],
    [52_428_800, '50 MB'],
    [3_500 * 1_024 ** 3, '3500 GB'],
  ])('size: %i is %s', (bytes, expected) => {
    expect(sizeOf(bytes)).toBe(expected);
  });

  test.each([
    ['notes.pdf', 'PDF'],
    ['archive.tar.gz', 'GZ'],
    ['.bashrc', undefined],
    ['README', undefined],
    ['a.', undefined],
    ['a.verylongone', undefined],
    ['a.<b>', undefined],
  ])('type: of the name %s is %s', (name, expected) => {
    expect(typeOfName(name)).toBe(expected);
  });
});

describe('room', () => {
  const entries = fc.array(phase.map(entryOf), { maxLength: 30 });
  const isReady = (entry: Entry) => kindOf(entry) === 'ready';

  test('room: only ready documents leave the list, the last of them first, and the order stays', () => {
    fc.assert(
      fc.property(entries, fc.nat(30), (all, most) => {
        const kept = fitted(all, most);
        const leaving = all.filter((entry) => !kept.includes(entry));
        expect(kept).toEqual(all.filter((entry) => kept.includes(entry)));
        expect(leaving).toEqual(all.filter(isReady).slice(all.filter(isReady).length - leaving.length));
        expect(leaving.length).toBe(Math.max(0, Math.min(all.length - most, all.filter(isReady).length)));
      }),
    );
  });

  test('room: what has room never makes the list longer than it may be', () => {
    const queued = (count: number) => Array.from({ length: count }, () => entryOf({ name: 'queued' }));
    fc.assert(
      fc.property(fc.nat(MAX_ENTRIES + 100), entries, (count, others) => {
        const all = [...queued(count), ...others];
        const room = roomIn(all);
        expect(room).toBeLessThanOrEqual(MAX_AT_ONCE);
        if (room > 0) expect(fitted([...queued(room), ...all]).length).toBeLessThanOrEqual(MAX_ENTRIES);
      }),
    );
    expect([roomIn([]), roomIn(queued(MAX_ENTRIES - 3)), roomIn(queued(MAX_ENTRIES + 3))]).toEqual([MAX_AT_ONCE, 3, 0]);
  });
});
