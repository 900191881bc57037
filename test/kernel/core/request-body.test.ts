import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { BODY_PACE } from '../../../src/kernel/core/bounds.ts';
import { createByteBudget, type HeldBytes } from '../../../src/kernel/core/byte-budget.ts';
import { AppError } from '../../../src/kernel/core/errors.ts';
import { type BodyRules, receiveRequest } from '../../../src/kernel/core/request-body.ts';

const KB = 1024;
const MB = 1024 * KB;

beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }));
afterEach(() => void vi.useRealTimers());

/** A body that the test sends piece by piece. */
function sender(headers: Record<string, string> = {}) {
  let controller!: ReadableStreamDefaultController<Uint8Array>;
  let cancelled = false;
  let opened = false;
  const body = new ReadableStream<Uint8Array>({
    start: (own) => {
      controller = own;
    },
    cancel: () => {
      cancelled = true;
    },
  });
  const request = new Request('http://api.test/', { method: 'POST', headers, body, duplex: 'half' } as RequestInit);
  Object.defineProperty(request, 'body', {
    get: () => {
      opened = true;
      return body;
    },
  });
  return {
    request,
    send: (bytes: number) => controller.enqueue(new Uint8Array(bytes)),
    end: () => controller.close(),
    breakOff: () => controller.error(new Error('the connection was reset')),
    isCancelled: () => cancelled,
    isOpened: () => opened,
  };
}

function receive(request: Request, rules: Partial<BodyRules> = {}) {
  const memory = createByteBudget(400 * MB);
  return receiveRequest(request, {
    maxBytes: 100 * MB,
    tooLarge: () => new AppError('payload_too_large', 'too large'),
    hold: () => memory.hold('ada'),
    ...rules,
  });
}

const codeOf = (error: unknown) => (error instanceof AppError ? error.code : error);
/** The length of the body, or the code of the error that ended it. */
const outcome = ({ request }: { request: Request }) => request.arrayBuffer().then((bytes) => bytes.byteLength, codeOf);
/** Lets everything happen that needs no time. */
const settle = async () => {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
};
async function pass(ms: number) {
  await vi.advanceTimersByTimeAsync(ms);
  await settle();
}

test('request body: one that brings nothing for 20 seconds is a request timeout, and the sender is cut off', async () => {
  const { request, send, isCancelled } = sender();
  const onFault = vi.fn();
  const result = outcome(receive(request, { onFault }));
  send(30 * KB);
  await pass(BODY_PACE.windowMs - 1);
  expect(isCancelled()).toBe(false);
  await pass(1);
  expect([await result, isCancelled(), onFault.mock.calls.map(([error]) => codeOf(error))]).toEqual([
    'request_timeout',
    true,
    ['request_timeout'],
  ]);
  expect(vi.getTimerCount()).toBe(0);
});

test('request body: a megabyte at once and then one byte a second is a request timeout', async () => {
  const { request, send } = sender();
  const result = outcome(receive(request));
  send(MB);
  for (let second = 0; second < 40; second++) {
    await pass(1_000);
    if (second < 39) send(1);
  }
  expect(await result).toBe('request_timeout');
});

test('request body: 50 MB over a line of 30 KB/s that stalls for 15 seconds in each minute arrive', async () => {
  const { request, send, end } = sender();
  const result = outcome(receive(request));
  let sent = 0;
  for (let second = 0; sent < 50 * MB; second++) {
    await vi.advanceTimersByTimeAsync(1_000);
    if (second % 60 < 15) continue;
    send(30 * KB);
    sent += 30 * KB;
    await settle();
  }
  end();
  expect(await result).toBe(sent);
});

test('request body: time in which the server does not read is not the sender’s', async () => {
  const { request, send, end } = sender();
  const { request: received } = receive(request);
  const reader = received.body?.getReader();
  send(20 * KB);
  expect((await reader?.read())?.value?.byteLength).toBe(20 * KB);
  await pass(10 * BODY_PACE.windowMs);
  end();
  expect((await reader?.read())?.done).toBe(true);
});

test('request body: nothing is opened, timed or charged before it is read', async () => {
  const { request, isOpened } = sender({ 'Content-Length': String(50 * MB) });
  const hold = vi.fn();
  const { release } = receive(request, { hold });
  await pass(10 * BODY_PACE.windowMs);
  expect([isOpened(), hold.mock.calls.length, vi.getTimerCount()]).toEqual([false, 0, 0]);
  release();
});

test('request body: memory is charged in steps of 64 KB by what has arrived, not by what was declared', async () => {
  const grown: number[] = [];
  const held: HeldBytes = { fits: () => true, grow: (bytes) => grown.push(bytes) > 0, release: () => grown.push(0) };
  const { request, send, end } = sender({ 'Content-Length': String(50 * MB) });
  const received = receive(request, { hold: () => held });
  const result = outcome(received);
  await settle();
  send(64 * KB);
  await settle();
  expect(grown).toEqual([]);
  send(1);
  await settle();
  expect(grown).toEqual([128 * KB]);
  send(127 * KB);
  await settle();
  expect(grown).toEqual([128 * KB, 192 * KB]);
  end();
  expect(await result).toBe(191 * KB + 1);
  received.release();
  expect(grown.at(-1)).toBe(0);
});

test('request body: one that grows beyond the free memory is unavailable, and what it held is free again', async () => {
  const memory = createByteBudget(MB);
  const hold = () => memory.hold('ada');
  const { request, send, isCancelled } = sender();
  const received = receive(request, { hold });
  const result = outcome(received);
  for (let i = 0; i < 9; i++) send(64 * KB);
  expect([await result, isCancelled()]).toEqual(['unavailable', true]);
  expect(memory.hold('ada').fits(KB)).toBe(false);
  received.release();
  expect(memory.hold('ada').fits(512 * KB)).toBe(true);
});

test('request body: a declared length that has no room is unavailable and not opened', async () => {
  const { request, isOpened } = sender({ 'Content-Length': String(2 * MB) });
  const memory = createByteBudget(MB);
  expect(await outcome(receive(request, { hold: () => memory.hold('ada') }))).toBe('unavailable');
  expect(isOpened()).toBe(false);
});

test('request body: the limit holds for a declared length at once, and for the bytes that arrive', async () => {
  const declared = sender({ 'Content-Length': '101' });
  expect(() => receive(declared.request, { maxBytes: 100 })).toThrow('payload_too_large');
  expect(declared.isOpened()).toBe(false);
  for (const headers of [{}, { 'Content-Length': '1', 'Transfer-Encoding': 'chunked' }, { 'Content-Length': '100' }]) {
    const { request, send } = sender(headers);
    const result = outcome(receive(request, { maxBytes: 100 }));
    send(101);
    expect(await result).toBe('payload_too_large');
  }
});

test('request body: small chunks are joined', async () => {
  const { request, send, end } = sender();
  for (let i = 0; i < 20_000; i++) send(1);
  end();
  const pieces: number[] = [];
  for await (const piece of receive(request).request.body ?? []) pieces.push(piece.byteLength);
  expect(pieces).toEqual([16 * KB, 20_000 - 16 * KB]);
});

test('request body: after a slow one the check runs, and its error is the end of the body', async () => {
  const check = vi.fn(async () => {
    throw new AppError('unauthenticated', 'over');
  });
  const quick = sender();
  const quickly = outcome(receive(quick.request, { afterSlowBody: check }));
  await pass(1_999);
  quick.end();
  expect([await quickly, check.mock.calls.length]).toEqual([0, 0]);
  const slow = sender();
  const slowly = outcome(receive(slow.request, { afterSlowBody: check }));
  await pass(2_000);
  slow.send(5);
  slow.end();
  expect([await slowly, check.mock.calls.length]).toEqual(['unauthenticated', 1]);
});

test('request body: a broken connection and a reader that stops leave no timer', async () => {
  const broken = sender();
  const result = broken.request && receive(broken.request).request.text().catch(String);
  await settle();
  broken.breakOff();
  expect(await result).toContain('the connection was reset');
  const left = sender();
  const reader = receive(left.request).request.body?.getReader();
  left.send(20 * KB);
  await reader?.read();
  await reader?.cancel();
  expect([left.isCancelled(), vi.getTimerCount()]).toEqual([true, 0]);
});

test('request body: a request without one is passed on as it is, and an absent one is empty', async () => {
  for (const request of [
    new Request('http://api.test/'),
    new Request('http://api.test/', { method: 'POST', headers: { 'Content-Length': '0' } }),
  ]) {
    const received = receive(request);
    received.release();
    expect(received.request).toBe(request);
  }
  expect(await outcome(receive(new Request('http://api.test/', { method: 'POST' })))).toBe(0);
});
