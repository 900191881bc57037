/** Reader processes as they are: deaths in the middle of a document, and the end of the worker that started them. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, test, vi } from 'vitest';
import { packagePath } from '../../src/adapters/package-files.ts';
import { createDocumentReader } from '../../worker-node/ingest/document-reader.ts';
import { forkReader, OutOfMemory, type ReaderProcess } from '../../worker-node/ingest/fork-reader.ts';

const document = (text: string, filename: string) => ({
  bytes: Buffer.from(text),
  contentType: null,
  filename,
  url: null,
  aliases: [],
});
const NOTE = document('A note about lamps.', 'note.txt');
/** The reader makes one array of it, whose growth is more than a heap of 64 MB has left, so that V8 ends the process. */
const HUGE_ARRAY = () => document(`a,b\n${','.repeat(20_000_000)}\n`, 'a.csv');
const ENDLESS = document('<div>'.repeat(1_000_000), 'a.html');
const silent = { begun: () => undefined, unpacked: () => undefined };

const isRunning = (pid: number) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

/** Resolves when the document is taken up; `outcome` is that of the reading. */
async function begin(reader: ReaderProcess, input = ENDLESS) {
  const begun = Promise.withResolvers<void>();
  const outcome = reader.read(input, { ...silent, begun: begun.resolve }).catch((error: unknown) => error);
  await begun.promise;
  return { outcome };
}

describe('forkReader', () => {
  test('reader process: where V8 aborts it, because one allocation is more than the heap, the document is out of memory', async () => {
    const reader = forkReader({ memoryMb: 64 });
    const error = await reader.read(HUGE_ARRAY(), silent).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(OutOfMemory);
    // What V8 writes as it ends a process.
    expect((error as Error).message).toContain('FATAL ERROR');
    expect(reader.isAlive()).toBe(false);
    await expect(reader.read(NOTE, silent)).rejects.toBe(error);
    await expect(reader.processorMs()).rejects.toBe(error);
    await reader.kill();
  });

  test('reader process: one that the system kills in the middle of a document leaves the document to another attempt', async () => {
    const reader = forkReader({ memoryMb: 512 });
    const { outcome } = await begin(reader);
    process.kill(reader.pid as number, 'SIGKILL');
    expect(await outcome).toMatchObject({ name: 'StageError', failure: 'transient' });
  });

  test('reader process: it tells its processor time in the middle of a document, and is killed there', async () => {
    const reader = forkReader({ memoryMb: 512 });
    const { outcome } = await begin(reader);
    const [first, second] = await Promise.all([reader.processorMs(), reader.processorMs()]);
    expect(first).toBeGreaterThan(0);
    expect(second).toBeGreaterThanOrEqual(first);
    await reader.kill();
    expect(await outcome).toMatchObject({ message: 'the reader process was ended' });
    expect(isRunning(reader.pid as number)).toBe(false);
  });

  test('reader process: several documents are read one after the other by one process', async () => {
    const reader = forkReader({ memoryMb: 512 });
    for (let n = 0; n < 3; n++)
      expect(await reader.read(NOTE, silent)).toMatchObject({ kind: 'document', document: { wordCount: 4 } });
    expect(await reader.read(document('', 'empty.txt'), silent)).toEqual({ kind: 'refused', message: 'The document is empty' });
    await reader.kill();
  });
});

describe('createDocumentReader with reader processes', () => {
  test('document reader: a document that makes V8 abort is refused with what to do, and the next one is read', async () => {
    const reader = createDocumentReader({ processes: 1, memoryMb: 64, budgetMs: () => 600_000 });
    const turn = { owner: 'ada', signal: new AbortController().signal };
    await expect(reader.read(HUGE_ARRAY(), turn)).rejects.toMatchObject({
      failure: 'permanent',
      message: expect.stringMatching(/takes more than 64 MB of memory\. Send it as plain text or in smaller parts$/),
    });
    expect((await reader.read(NOTE, turn)).wordCount).toBe(4);
    await reader.close();
  });
});

describe('the end of the worker', () => {
  const MODULE = JSON.stringify(packagePath('worker-node/ingest/fork-reader.ts'));

  /** A program with one reader process; its first line of output is the process's id. */
  function startParent(then: string) {
    const script = `import { forkReader } from ${MODULE};
      const reader = forkReader({ memoryMb: 512 });
      const silent = { begun: () => undefined, unpacked: () => undefined };
      const input = (text, filename) => ({ bytes: Buffer.from(text), contentType: null, filename, url: null, aliases: [] });
      ${then}`;
    return spawn(process.execPath, ['--input-type=module', '--eval', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  }

  test('reader process: it ends when the worker is killed in the middle of a document', async () => {
    const parent = startParent(`
      const text = '<div>'.repeat(1_000_000);
      void reader.read(input(text, 'a.html'), { ...silent, begun: () => console.log(reader.pid) });`);
    const [output] = await once(parent.stdout, 'data');
    const pid = Number(String(output));
    expect(isRunning(pid)).toBe(true);
    parent.kill('SIGKILL');
    await vi.waitFor(() => expect(isRunning(pid)).toBe(false), { timeout: 20_000, interval: 50 });
  });

  test('reader process: one that is idle keeps no program from its end, and ends with it', async () => {
    const parent = startParent(`
      await reader.read(input('A note.', 'a.txt'), silent);
      console.log(reader.pid);`);
    const [[output], [code]] = await Promise.all([once(parent.stdout, 'data'), once(parent, 'exit')]);
    expect(code).toBe(0);
    await vi.waitFor(() => expect(isRunning(Number(String(output)))).toBe(false), { timeout: 20_000, interval: 50 });
  });
});
