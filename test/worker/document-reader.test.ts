import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StageError } from '../../src/kernel/core/errors.ts';
import { createDocumentReader, type DocumentReaderOptions, readingBudgetMs } from '../../worker-node/ingest/document-reader.ts';
import { type FakeReadersOptions, fakeReaders, virtualTime } from '../support/fakes/reader-processes.ts';
import { makePdf } from '../support/fixtures/make-pdf.ts';

const MEBIBYTE = 1024 * 1024;
const NEVER = 1e9;
const LONG = 'A plain sentence about lighthouses that guide the ships home. ';

/** A reader over processes in virtual time. `send` gives the outcome of a document that takes `ms` once it has begun. */
function setUp(options: Partial<DocumentReaderOptions> = {}, fakes: Partial<FakeReadersOptions> = {}) {
  const time = virtualTime();
  const events: string[] = [];
  const sent = new Map<string, number>();
  const waits = new Map<string, number>();
  const onEvent = (event: string) => {
    events.push(event);
    const [what, name = ''] = event.split(' ');
    if (what === 'begin') waits.set(name, time.now() - (sent.get(name) ?? 0));
  };
  const reader = createDocumentReader({
    processes: 2,
    startReader: fakeReaders({ time, onEvent, ...fakes }),
    setTimer: time.setTimer,
    ...options,
  });
  let count = 0;
  function send(
    owner: string,
    ms: number | string,
    { bytes = 0, unpacked = null as number | null, signal = new AbortController().signal } = {},
  ) {
    const name = `${owner}${++count}`;
    sent.set(name, time.now());
    const input = {
      bytes: new Uint8Array(bytes),
      contentType: name,
      filename: String(ms),
      url: unpacked === null ? null : String(unpacked),
      aliases: [],
    };
    return reader.read(input, { owner, signal }).then(
      () => 'read',
      (error: unknown) => error,
    );
  }
  return { time, reader, events, waits, send };
}

describe('createDocumentReader: turns', () => {
  it("document reader: while one owner's documents use up their time, each document of another begins at once", async () => {
    const { time, send, waits } = setUp();
    for (let n = 0; n < 40; n++) void send('eve', NEVER);
    for (let n = 0; n < 60; n++) {
      await time.runUntil(n * 3_000);
      void send('ada', 10);
    }
    await time.runUntil(200_000);
    const ofAda = [...waits].filter(([name]) => name.startsWith('ada'));
    expect(ofAda).toHaveLength(60);
    expect(ofAda.filter(([, ms]) => ms > 0)).toEqual([]);
    expect([...waits].filter(([name]) => name.startsWith('eve'))).toHaveLength(40);
  });

  it('document reader: while two owners use up their time, the document of a third waits for the budget of one at most', async () => {
    const { time, send, waits } = setUp({}, { startMs: 300 });
    for (let n = 0; n < 200; n++) {
      void send('eve', NEVER);
      void send('mal', NEVER);
    }
    for (let n = 0; n < 60; n++) {
      await time.runUntil(1_000 + n * 7_370);
      void send('ada', 10);
    }
    await time.runUntil(500_000);
    const ofAda = [...waits].flatMap(([name, ms]) => (name.startsWith('ada') ? [ms] : []));
    expect(ofAda).toHaveLength(60);
    expect(Math.max(...ofAda)).toBeLessThanOrEqual(5_000);
  });

  it('document reader: large documents of one owner, which have much time, delay the documents of another by nothing', async () => {
    const { time, send, waits } = setUp();
    for (let n = 0; n < 4; n++) void send('eve', NEVER, { bytes: 10 * MEBIBYTE });
    await time.runUntil(1_000);
    void send('ada', 10);
    await time.runUntil(2_000);
    expect(waits.get('ada5')).toBe(0);
  });

  it('document reader: for any arrivals each document ends, processes are bounded, and who waits is passed over once by another at most', async () => {
    const arrival = fc.record({
      owner: fc.constantFrom('a', 'b', 'c'),
      ms: fc.constantFrom(1, 40, 700, 4_999, NEVER),
      pause: fc.constantFrom(0, 0, 30, 900),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(arrival, { minLength: 1, maxLength: 25 }),
        fc.integer({ min: 1, max: 4 }),
        async (arrivals, processes) => {
          const { time, reader, send, events } = setUp({ processes });
          let at = 0;
          const outcomes: Promise<unknown>[] = [];
          for (const [n, { owner, ms, pause }] of arrivals.entries()) {
            outcomes.push(
              // No two end in the same instant, by themselves or by their budgets: their order would not be defined.
              send(owner, ms + n / 1000, { bytes: n * 1024 }).finally(() => {
                events.push(`done ${owner}`);
              }),
            );
            events.push(`sent ${owner}`);
            at += pause;
            await time.runUntil(at);
          }
          await time.runUntil(at + 200_000);
          expect((await Promise.all(outcomes)).map((outcome) => outcome === 'read')).toEqual(
            arrivals.map(({ ms }) => ms !== NEVER),
          );
          checkTurns(events, processes);
          await reader.close();
        },
      ),
      { numRuns: 60 },
    );
  });

  /** Replays the events; `passed` counts for each waiting owner the documents that others began meanwhile. */
  function checkTurns(events: readonly string[], processes: number): void {
    const reading = new Map<string, number>();
    const waiting = new Map<string, number>();
    const passed = new Map<string, Map<string, number>>();
    for (const event of events) {
      const [what, name = ''] = event.split(' ');
      const owner = name.slice(0, 1);
      const change = (map: Map<string, number>, by: number) => map.set(owner, (map.get(owner) ?? 0) + by);
      if (what === 'sent') {
        change(waiting, 1);
        if (!passed.has(owner)) passed.set(owner, new Map());
      }
      if (what === 'begin') {
        change(waiting, -1);
        change(reading, 1);
        passed.set(owner, new Map());
        for (const [other, by] of passed) {
          if (other === owner || (waiting.get(other) ?? 0) === 0 || (reading.get(other) ?? 0) > 0) continue;
          by.set(owner, (by.get(owner) ?? 0) + 1);
          expect(by.get(owner), `${owner} began twice while ${other} waited`).toBeLessThanOrEqual(1);
        }
        expect(reading.get(owner)).toBeLessThanOrEqual(Math.max(1, processes - 1));
        expect([...reading.values()].reduce((sum, n) => sum + n, 0)).toBeLessThanOrEqual(processes);
      }
      if (what === 'done') {
        change(reading, -1);
        passed.set(owner, new Map());
      }
    }
  }
});

describe('createDocumentReader: time and memory', () => {
  it('document reader: a document has 5 seconds and 2 for each MiB', () => {
    expect([0, 1, 204, MEBIBYTE, 10 * MEBIBYTE, 50 * MEBIBYTE].map(readingBudgetMs)).toEqual([
      5_000, 5_001, 5_001, 7_000, 25_000, 105_000,
    ]);
  });

  it('document reader: a document that needs a millisecond less than its time limit is read, one that needs more is refused', async () => {
    const { time, send } = setUp();
    const outcomes = [send('ada', 6_999, { bytes: MEBIBYTE }), send('ada', 7_001, { bytes: MEBIBYTE })];
    await time.runUntil(20_000);
    const [inTime, late] = await Promise.all(outcomes);
    expect(inTime).toBe('read');
    expect(late).toBeInstanceOf(StageError);
    expect(late).toMatchObject({
      failure: 'permanent',
      message:
        'The document is too complex: it was not read within 7 seconds of processor time, the time for its size. Send it as plain text or in smaller parts',
    });
  });

  it('document reader: a compressed document has the time of what it holds, on a busy machine as well', async () => {
    for (const share of [1, 0.3]) {
      const { time, send } = setUp({}, { share });
      const ten = { bytes: 1_000, unpacked: 10 * MEBIBYTE };
      const outcomes = [send('ada', 24_990 / share, ten), send('eve', 30_000 / share, ten)];
      await time.runUntil(200_000);
      const [inTime, late] = await Promise.all(outcomes);
      expect(inTime).toBe('read');
      expect(late).toMatchObject({ message: expect.stringContaining('within 25 seconds of processor time') });
    }
  });

  it('document reader: the time begins when the process has its modules and takes the document up', async () => {
    const { time, send } = setUp({}, { startMs: 60_000 });
    const outcome = send('ada', 4_999);
    await time.runUntil(70_000);
    expect(await outcome).toBe('read');
  });

  it('document reader: a process that is ended has a successor with its modules, so that the next document begins at once', async () => {
    const { time, send, events, waits } = setUp({ processes: 1 }, { startMs: 300 });
    void send('eve', NEVER);
    void send('ada', 10);
    await time.runUntil(20_000);
    expect(events).toEqual(['start', 'begin eve1', 'start', 'kill', 'begin ada2', 'end ada2']);
    expect(waits.get('ada2')).toBe(5_300);
  });

  it("document reader: the first document starts a process for another owner's beside its own", async () => {
    const { time, send, waits, events } = setUp({}, { startMs: 300 });
    void send('eve', NEVER);
    await time.runUntil(1_000);
    expect(events).toEqual(['start', 'start', 'begin eve1']);
    void send('ada', 10);
    await time.runUntil(2_000);
    expect(waits.get('ada2')).toBe(0);
  });

  it.each([
    ['memory', /takes more than 512 MB of memory\. Send it as plain text or in smaller parts$/],
    ['crash', /could not be read/],
    ['failed', /could not be read/],
    ['refused', /^The document is empty$/],
  ])('document reader: a document with the end %s is refused for good, and the next one is read', async (end, message) => {
    const { time, send } = setUp();
    const outcomes = [send('ada', end), send('ada', 10)];
    await time.runUntil(1_000);
    const [refused, next] = await Promise.all(outcomes);
    expect(refused).toBeInstanceOf(StageError);
    expect(refused).toMatchObject({ failure: 'permanent', message: expect.stringMatching(message) });
    expect(next).toBe('read');
  });

  it('document reader: a process that cannot start is a fault of the server, not of the document', async () => {
    const broken = new Error('a module is missing');
    const { time, send } = setUp({}, { broken });
    const outcome = send('ada', 10);
    await time.runUntil(1_000);
    expect(await outcome).toBe(broken);
  });
});

describe('createDocumentReader: abort and close', () => {
  it.each([
    ['under way', 1],
    ['waiting', 2],
  ])('document reader: a document that is %s rejects with the reason of the signal at once', async (_what, place) => {
    const { time, send, events } = setUp({ processes: 1 });
    const controller = new AbortController();
    const reason = new Error('the lease was lost');
    const outcomes = [1, 2, 3].map((n) => send('ada', 1_000, place === n ? { signal: controller.signal } : {}));
    await time.runUntil(500);
    controller.abort(reason);
    expect(await outcomes[place - 1]).toBe(reason);
    expect(time.now()).toBe(500);
    await time.runUntil(10_000);
    expect(await Promise.all(outcomes)).toEqual([1, 2, 3].map((n) => (n === place ? reason : 'read')));
    expect(events.filter((event) => event === `begin ada${place}`)).toHaveLength(place === 1 ? 1 : 0);
  });

  it('document reader: an aborted signal rejects a document before it waits', async () => {
    const { send, events } = setUp();
    expect(await send('ada', 10, { signal: AbortSignal.abort('gone') })).toBe('gone');
    expect(events).toEqual([]);
  });

  it('document reader: closing waits for running and waiting documents, then ends every process', async () => {
    const { time, reader, send, events } = setUp();
    const outcomes = [send('ada', 100), send('ada', 100), send('eve', 100)];
    const closed = reader.close().then(() => events.push('closed'));
    await time.runUntil(1_000);
    await closed;
    expect(await Promise.all(outcomes)).toEqual(['read', 'read', 'read']);
    expect(events.slice(-3)).toEqual(['kill', 'kill', 'closed']);
  });
});

describe('createDocumentReader: a busy machine', () => {
  it('document reader: a document has its time of the processor, however long it waits for it', async () => {
    const { time, send } = setUp({}, { share: 0.5 });
    const done = send('ada', 9_000);
    await time.runUntil(9_001);
    expect(await done).toBe('read');
  });

  it('document reader: a document that has used its time is refused at the next look, at a twentieth of it later at most', async () => {
    const { time, send, events } = setUp({}, { share: 0.5 });
    void send('eve', NEVER);
    await time.runUntil(9_999);
    expect(events).not.toContain('kill');
    await time.runUntil(10_250);
    expect(events).toContain('kill');
  });

  it('document reader: a document that hardly gets the processor is refused after four times its time', async () => {
    const { time, send, events } = setUp({}, { share: 0.01 });
    const done = send('eve', NEVER);
    await time.runUntil(19_999);
    expect(events).not.toContain('kill');
    await time.runUntil(20_000);
    expect(await done).toMatchObject({ failure: 'permanent' });
  });
});

describe('createDocumentReader: real processes', () => {
  const turn = { owner: 'ada', signal: new AbortController().signal };
  const input = (text: string, contentType = 'text/html') => ({
    bytes: Buffer.from(text),
    contentType,
    filename: null,
    url: null,
    aliases: [],
  });

  it('document reader: a process in the middle of a document is ended at the end of its time, and the next one is read', async () => {
    const reader = createDocumentReader({ processes: 1, budgetMs: (bytes) => (bytes > 1_000 ? 50 : 60_000) });
    const slow = reader.read(input('<div>'.repeat(100_000)), turn);
    const next = reader.read(input(LONG.repeat(3), 'text/plain'), turn);
    await expect(slow).rejects.toThrow(/was not read within 1 seconds/);
    expect((await next).wordCount).toBe(30);
    await reader.close();
  });

  it('document reader: a process whose heap is full is replaced, and the next document is read', async () => {
    const reader = createDocumentReader({ processes: 1, memoryMb: 48, budgetMs: () => 600_000 });
    await expect(reader.read(input('<i>x</i>'.repeat(600_000)), turn)).rejects.toThrow(/takes more than 48 MB of memory/);
    expect((await reader.read(input(LONG.repeat(3), 'text/plain'), turn)).wordCount).toBe(30);
    await reader.close();
  });

  it('document reader: a process whose buffers are full is replaced, and the next document is read', async () => {
    const reader = createDocumentReader({ processes: 1, memoryMb: 64, budgetMs: () => 600_000 });
    const bomb = makePdf([{ texts: [{ text: 'The end.', x: 72, y: 700 }], spaces: 200_000_000 }]);
    const document = { ...input('', 'application/pdf'), bytes: Buffer.from(bomb) };
    await expect(reader.read(document, turn)).rejects.toThrow(/takes more than 64 MB of memory/);
    expect((await reader.read(input(LONG.repeat(3), 'text/plain'), turn)).wordCount).toBe(30);
    await reader.close();
  });

  it('document reader: an abort ends a process in the middle of a document and rejects with the reason of the signal', async () => {
    const reader = createDocumentReader({ processes: 1 });
    const controller = new AbortController();
    const reading = reader.read(input('<div>'.repeat(100_000)), { owner: 'ada', signal: controller.signal });
    controller.abort(new Error('the lease was lost'));
    await expect(reading).rejects.toThrow('the lease was lost');
    await reader.close();
  });
});
