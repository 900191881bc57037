import { createServer } from 'node:net';
import { DrizzleQueryError } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { startHttpServer } from '../../src/adapters/http-server.ts';
import { toStageFailure } from '../../worker-node/pipeline/stage-failure.ts';
import { waitForSchema } from '../../worker-node/pipeline/wait-for-schema.ts';
import { whenReachable } from '../../worker-node/wait-for-server.ts';
import { memoryLog } from '../support/fakes/doubles.ts';

test('wait for schema: it resolves once the tables are readable and after 30 s rejects with what to do', async () => {
  let calls = 0;
  let slept = 0;
  const sleep = async (ms: number) => {
    slept += ms;
  };
  const ping = async () => {
    if (++calls < 4) throw new Error('no such table: users');
  };
  await waitForSchema({ database: { place: 'data/pharos.db', ping }, sleep });
  expect([calls, slept]).toEqual([4, 600]);
  const never = { place: 'data/pharos.db', ping: () => Promise.reject(new Error('no such table: users')) };
  await expect(waitForSchema({ database: never, sleep })).rejects.toThrow('DATABASE_URL: data/pharos.db has no readable tables');
  expect(slept).toBe(600 + 30_000);
});

const codeError = (code: string) => Object.assign(new Error(code), { code, query: 'select 1' });

test('wait for schema: while the server is down, the wait continues beyond 30 s', async () => {
  let calls = 0;
  const ping = async () => {
    if (++calls < 400) throw codeError('ECONNREFUSED');
  };
  await waitForSchema({ database: { place: 'db:5432/pharos', ping }, sleep: async () => undefined });
  expect(calls).toBe(400);
});

test('worker start: a database server that is down is tried again every second and logged once', async () => {
  const log = memoryLog();
  const pauses: number[] = [];
  const sleep = async (ms: number) => void pauses.push(ms);
  const failures = ['ECONNREFUSED', 'CONNECT_TIMEOUT', '57P03', 'LIBSQL_REFUSED', 'ENOTFOUND'];
  const open = async () => {
    const code = failures.shift();
    if (code !== undefined) throw new Error('PostgreSQL at db:5432/pharos cannot be used', { cause: codeError(code) });
    return 'opened';
  };
  expect(await whenReachable(open, { log, sleep })).toBe('opened');
  expect(pauses).toEqual([1000, 1000, 1000, 1000, 1000]);
  expect(log.lines.map(({ message }) => message)).toEqual(['the database is down; the worker waits for it']);
});

test('worker start: what waiting does not mend ends it at once, and so does the end of the API', async () => {
  const log = memoryLog();
  for (const code of ['28P01', '3D000', 'LIBSQL_UNAUTHORISED', 'SQLITE_CANTOPEN']) {
    const open = () => Promise.reject(new Error('cannot be used', { cause: codeError(code) }));
    await expect(whenReachable(open, { log }), code).rejects.toThrow('cannot be used');
  }
  const abandoned = new AbortController();
  const waiting = whenReachable(() => Promise.reject(codeError('ECONNREFUSED')), { log, signal: abandoned.signal });
  abandoned.abort(new Error('the API has ended'));
  await expect(waiting).rejects.toThrow(/the API has ended|aborted/);
});

test('stage failure: values that the database refuses at every attempt are permanent, its outages are not', () => {
  const failureOf = (code: string) => toStageFailure(new DrizzleQueryError('insert', [], codeError(code))).failure;
  for (const code of ['54000', '22021', '22P02', '22P05', '23502', '23514', 'SQLITE_TOOBIG', 'SQLITE_MISMATCH'])
    expect(failureOf(code), code).toBe('permanent');
  for (const code of ['57P01', '40001', '23505', 'SQLITE_FULL', 'LIBSQL_LOST']) expect(failureOf(code), code).toBe('transient');
});

test('stage failure: a constraint of SQLite is permanent where it depends on the values alone', () => {
  const failureOf = (extendedCode: string) =>
    toStageFailure(
      new DrizzleQueryError(
        'insert',
        [],
        Object.assign(codeError('SQLITE_CONSTRAINT'), { extendedCode: `SQLITE_CONSTRAINT_${extendedCode}` }),
      ),
    );
  for (const kind of ['NOTNULL', 'CHECK', 'DATATYPE']) expect(failureOf(kind).failure, kind).toBe('permanent');
  for (const kind of ['UNIQUE', 'PRIMARYKEY', 'FOREIGNKEY']) expect(failureOf(kind).failure, kind).toBe('transient');
  expect(failureOf('CHECK').message).toMatch(/Remove it and send the document again$/);
});

const portOf = async () => {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const address = probe.address();
  return { probe, port: typeof address === 'object' && address ? address.port : 0 };
};

test('HTTP server: a port or host that cannot be used is refused with the setting', async () => {
  const { probe, port } = await portOf();
  await expect(
    startHttpServer({ fetch: () => new Response() }, { port, host: '127.0.0.1', portSetting: 'WORKER_PORT' }),
  ).rejects.toThrow(`WORKER_PORT: ${port} on 127.0.0.1 is in use`);
  await new Promise((resolve) => probe.close(resolve));
  await expect(
    startHttpServer({ fetch: () => new Response() }, { port, host: '203.0.113.1', portSetting: 'WORKER_PORT' }),
  ).rejects.toThrow('HOST: 203.0.113.1 is not an address of this machine');
});

test('HTTP server: close lets a response finish and refuses new requests, cut does not wait', async () => {
  const { probe, port } = await portOf();
  await new Promise((resolve) => probe.close(resolve));
  const [arrived, finish] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const app = {
    fetch: async () => {
      arrived.resolve();
      await finish.promise;
      return new Response('done');
    },
  };
  const server = await startHttpServer(app, { port, host: '127.0.0.1' });
  const answer = fetch(`http://127.0.0.1:${port}/`);
  await arrived.promise;
  const closed = server.close();
  await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow();
  finish.resolve();
  expect(await (await answer).text()).toBe('done');
  await closed;

  const again = await startHttpServer({ fetch: () => new Promise<Response>(() => {}) }, { port, host: '127.0.0.1' });
  const cut = fetch(`http://127.0.0.1:${port}/`);
  const ended = Promise.all([expect(cut).rejects.toThrow(), again.close()]);
  again.cut();
  await ended;
});
