import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createMemoryLedger } from '../../../worker-node/search/memory-ledger.ts';

const sizeOf = (bytes: number) => ({ bytes, documents: 1, chunks: 2 });

test('memory ledger: the least recently used libraries leave when the memory is full', () => {
  const ledger = createMemoryLedger({ maxBytes: 100 });
  const note = (ownerId: string, bytes: number, thread = 0) => ledger.note({ ownerId, thread }, sizeOf(bytes));
  expect(note('a', 40)).toEqual([]);
  expect(note('b', 40, 1)).toEqual([]);
  ledger.use('a');
  expect(note('c', 30)).toEqual([{ ownerId: 'b', thread: 1 }]);
  expect(ledger.state()).toEqual({ libraries: 2, bytes: 70, documents: 2, chunks: 4 });
  expect(note('c', 90)).toEqual([{ ownerId: 'a', thread: 0 }]);
  expect(note('c', 0)).toEqual([]);
  expect(ledger.state()).toEqual({ libraries: 0, bytes: 0, documents: 0, chunks: 0 });
});

test('memory ledger: the libraries of a thread that ended hold nothing', () => {
  const ledger = createMemoryLedger({ maxBytes: 100 });
  ledger.note({ ownerId: 'a', thread: 0 }, sizeOf(60));
  ledger.note({ ownerId: 'b', thread: 1 }, sizeOf(40));
  ledger.forget(0);
  expect(ledger.state().bytes).toBe(40);
  expect(ledger.note({ ownerId: 'c', thread: 0 }, sizeOf(60))).toEqual([]);
});

test('memory ledger: whatever is noted, libraries that stay fit, unless one alone does not', () => {
  const event = fc.record({ owner: fc.nat(5), bytes: fc.oneof(fc.constant(0), fc.nat(120)), isUse: fc.boolean() });
  fc.assert(
    fc.property(fc.array(event), (events) => {
      const ledger = createMemoryLedger({ maxBytes: 100 });
      /** The least recently used first. */
      const expected = new Map<string, number>();
      for (const { owner, bytes, isUse } of events) {
        const ownerId = `o${owner}`;
        const held = expected.get(ownerId);
        if (isUse) {
          ledger.use(ownerId);
          if (held !== undefined) {
            expected.delete(ownerId);
            expected.set(ownerId, held);
          }
          continue;
        }
        expected.delete(ownerId);
        if (bytes > 0) expected.set(ownerId, bytes);
        const left = ledger.note({ ownerId, thread: owner % 2 }, sizeOf(bytes)).map((one) => one.ownerId);
        const gone: string[] = [];
        const sum = () => [...expected.values()].reduce((total, one) => total + one, 0);
        for (const id of [...expected.keys()]) {
          if (sum() <= 100 || id === ownerId) break;
          expected.delete(id);
          gone.push(id);
        }
        expect(left).toEqual(gone);
        expect(ledger.state().bytes).toBe(sum());
        if (sum() > 100) expect([...expected.keys()]).toEqual([ownerId]);
      }
    }),
  );
});
