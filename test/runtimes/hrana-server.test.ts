/** The fake libSQL server: parts of the Hrana protocol that the client does not use. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type HranaServer, startHranaServer } from '../support/fakes/hrana-server.ts';

let server: HranaServer;
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pharos-hrana-'));
  server = await startHranaServer({ file: join(folder, 'test.db') });
});
afterEach(async () => {
  await server.stop();
  await rm(folder, { recursive: true });
});

async function send(path: string, body: unknown, token = server.token) {
  const response = await fetch(`${server.url}${path}`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${token}` },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  return { status: response.status, type: response.headers.get('content-type'), text, body: () => JSON.parse(text) };
}
const execute = (sql: string, more: object = {}) => ({ type: 'execute', stmt: { sql, ...more } });

test.each(['/v2', '/v3'])('fake libSQL server: GET %s reports the version without a token', async (path) => {
  expect((await fetch(server.url + path)).status).toBe(200);
  expect((await fetch(`${server.url}/v3-protobuf`)).status).toBe(404);
});

test('fake libSQL server: a wrong token is 401 as JSON', async () => {
  const { status, type, text } = await send('/v2/pipeline', { requests: [] }, 'wrong');
  expect([status, type, text]).toEqual([401, 'application/json', '{"error":"Unauthorized: `The JWT is invalid`"}']);
});

test('fake libSQL server: values are encoded as in Hrana', async () => {
  const args = [
    { type: 'integer', value: '9007199254740993' },
    { type: 'float', value: 1 },
    { type: 'text', value: 'ü' },
    { type: 'blob', base64: 'AQ==' },
    { type: 'null' },
  ];
  const { body } = await send('/v3/pipeline', { requests: [execute('select ?, typeof(?), ?, ?, ?', { args })] });
  expect(body().results[0].response.result.rows).toEqual([
    [
      { type: 'integer', value: '9007199254740993' },
      { type: 'text', value: 'real' },
      { type: 'text', value: 'ü' },
      { type: 'blob', base64: 'AQ' },
      { type: 'null' },
    ],
  ]);
});

test('fake libSQL server: a baton is valid for one request, and a closed stream has none', async () => {
  const first = (await send('/v3/pipeline', { requests: [{ type: 'get_autocommit' }, execute('begin')] })).body();
  expect(first.results[0].response).toEqual({ type: 'get_autocommit', is_autocommit: true });
  const { baton } = first;
  const second = (await send('/v3/pipeline', { baton, requests: [{ type: 'get_autocommit' }] })).body();
  expect(second.results[0].response.is_autocommit).toBe(false);
  expect(await send('/v3/pipeline', { baton, requests: [] })).toMatchObject({
    status: 400,
    text: 'Received a baton that has already been used',
  });
  const closed = (await send('/v3/pipeline', { baton: second.baton, requests: [{ type: 'close' }] })).body();
  expect(closed.baton).toBeNull();
  expect(await send('/v3/pipeline', { baton: second.baton, requests: [] })).toMatchObject({
    status: 400,
    text: 'Received an invalid baton',
  });
});

test('fake libSQL server: supports sequences, stored SQL, descriptions and batch conditions', async () => {
  const insert = 'insert into t (a) values (:a) returning a';
  const step = (sql: string, condition?: object) => ({ stmt: { sql }, condition });
  const { body } = await send('/v3/pipeline', {
    requests: [
      { type: 'sequence', sql: "create table t (a integer unique); insert into t values (1); select ';'" },
      { type: 'store_sql', sql_id: 1, sql: insert },
      { type: 'describe', sql_id: 1 },
      { type: 'execute', stmt: { sql_id: 1, named_args: [{ name: 'a', value: { type: 'integer', value: '2' } }] } },
      { type: 'close_sql', sql_id: 1 },
      {
        type: 'batch',
        batch: {
          steps: [
            step('insert into t values (1)'),
            step('insert into t values (3)', { type: 'ok', step: 0 }),
            step('insert into t values (4)', { type: 'error', step: 0 }),
            step('select 1', { type: 'not', cond: { type: 'is_autocommit' } }),
          ],
        },
      },
      execute('select count(*) as n from t'),
      execute('vacuum'),
    ],
  });
  const { results } = body();
  expect(results[2].response.result).toMatchObject({ params: [{ name: ':a' }], cols: [{ name: 'a', decltype: 'INTEGER' }] });
  expect(results[3].response.result).toMatchObject({ affected_row_count: 1, rows: [[{ type: 'integer', value: '2' }]] });
  expect(results[5].response.result).toMatchObject({
    step_results: [null, null, { affected_row_count: 1 }, null],
    step_errors: [{ code: 'SQLITE_CONSTRAINT', message: 'SQLite error: UNIQUE constraint failed: t.a' }, null, null, null],
  });
  expect(results[6].response.result.rows).toEqual([[{ type: 'integer', value: '3' }]]);
  expect(results[7]).toMatchObject({ type: 'error', error: { code: 'SQL_PARSE_ERROR' } });
});
