/**
 * An MCP server on standard input and output that passes every message on to one over HTTP. Messages go out as they come, several
 * at a time; each response is written as one line when it arrives. While the reader of the output is slow, nothing more is read.
 */
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { createSemaphore } from '../../src/kernel/core/concurrency.ts';
import { readLines } from './lines.ts';
import { errorsFor, type Message } from './messages.ts';
import { explainFailure, explainResponse, parseObject } from './responses.ts';

export interface RelayOptions {
  readonly input: Readable;
  readonly output: Writable;
  /** Address of the server's `/mcp`. */
  readonly url: string;
  /** What authenticates a request. */
  readonly headers: () => Promise<Readonly<Record<string, string>>>;
  /** Takes one line about what went wrong. */
  readonly log: (line: string) => void;
}

/** Requests under way at a time. */
const PARALLEL = 8;
/** Messages that wait for one of them to end. */
const MAX_WAITING = 1_000;
/** Characters of a message, as the server takes. */
const MAX_MESSAGE = 12 * 1024 * 1024;
const SERVER_ERROR = -32_000;
const PARSE_ERROR = -32_700;

/** Resolves when the input has ended and every response is written, or when the reader of the output has gone. */
export async function relay({ input, output, url, headers, log }: RelayOptions): Promise<void> {
  const gone = new AbortController();
  const leave = () => {
    gone.abort();
    input.destroy();
  };
  output.once('error', leave);
  output.once('close', leave);
  const slots = createSemaphore({ max: PARALLEL });
  const underWay = new Set<Promise<void>>();
  const cancellers = new Map<unknown, AbortController>();
  /** What was negotiated; later requests name it in a header. */
  let version: string | undefined;

  /** Resolves when the output takes more, or its reader has gone. */
  async function roomInOutput(): Promise<void> {
    while (output.writableNeedDrain && !gone.signal.aborted) {
      await once(output, 'drain', { signal: gone.signal }).catch(() => undefined);
    }
  }
  async function write(message: object): Promise<void> {
    await roomInOutput();
    if (!gone.signal.aborted) output.write(`${JSON.stringify(message)}\n`);
  }
  /** Answers every request of `failed` by an error. */
  async function fail(failed: Message | readonly unknown[], code: number, message: string): Promise<void> {
    log(message);
    const errors = errorsFor(failed, { code, message });
    if (errors !== undefined) await write(errors);
  }

  async function send(message: Message, text: string, signal: AbortSignal): Promise<void> {
    const { method } = message;
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        Accept: 'application/json, text/event-stream',
        ...(version === undefined || method === 'initialize' ? {} : { 'MCP-Protocol-Version': version }),
        ...(await headers()),
      },
      body: text,
      // A redirect could lead the credentials to another server.
      redirect: 'manual',
      signal,
    });
    const answer = parseObject(await response.text());
    if (response.status === 202) return;
    if (!response.ok || answer === undefined) return await fail(message, SERVER_ERROR, explainResponse(response, answer, url));
    const { result } = answer as { result?: { protocolVersion?: unknown } };
    if (method === 'initialize' && typeof result?.protocolVersion === 'string') version = result.protocolVersion;
    await write(answer);
  }

  async function pass(message: Message, text: string): Promise<void> {
    const { id } = message;
    const cancelled = new AbortController();
    if (id !== undefined) cancellers.set(id, cancelled);
    const signal = AbortSignal.any([cancelled.signal, gone.signal]);
    try {
      await slots.run(async () => {
        if (!signal.aborted) await send(message, text, signal);
      });
    } catch (error) {
      if (!signal.aborted) await fail(message, SERVER_ERROR, explainFailure(error, url));
    } finally {
      if (cancellers.get(id) === cancelled) cancellers.delete(id);
    }
  }

  async function take(line: string | undefined): Promise<void> {
    if (line?.trim() === '') return;
    const message = line === undefined ? undefined : (parseObject(line) as Message | undefined);
    if (line === undefined) return await fail({ id: null }, PARSE_ERROR, `a message has more than ${MAX_MESSAGE} characters`);
    if (message === undefined) return await fail({ id: null }, PARSE_ERROR, 'a line of standard input is no JSON object');
    // The server keeps nothing between requests, so a request is cancelled here.
    if (message.method === 'notifications/cancelled') return cancellers.get(message.params?.requestId)?.abort();
    if (slots.state().waiting >= MAX_WAITING) return await fail(message, SERVER_ERROR, `more than ${MAX_WAITING} messages wait`);
    const passed: Promise<void> = pass(message, line).finally(() => underWay.delete(passed));
    underWay.add(passed);
    // What follows the first message depends on the version in its response.
    if (message.method === 'initialize') await passed;
  }

  try {
    for await (const line of readLines(input, MAX_MESSAGE)) {
      await take(line);
      await roomInOutput();
    }
  } catch (error) {
    // The input was destroyed, because its other end has gone.
    if (!gone.signal.aborted) throw error;
  }
  while (underWay.size > 0) await Promise.all(underWay);
}
