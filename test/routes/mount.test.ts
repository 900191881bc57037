import { OpenAPIHono } from '@hono/zod-openapi';
import { expect, test } from 'vitest';
import { z } from 'zod';
import type { AppEnv } from '../../src/routes/env.ts';
import { createOperationRoutes, http } from '../../src/routes/mount.ts';
import { asAppError, problem } from '../../src/routes/problem.ts';
import type { AppContext } from '../../src/services/context.ts';
import { type AnyOperation, nothing, operation } from '../../src/services/operation.ts';

const echo = (input: z.ZodObject): AnyOperation =>
  operation({
    name: 'resources.echo',
    scope: null,
    summary: 'Echo',
    destructive: false,
    input,
    output: z.looseObject({}),
    run: async (_ctx, given) => given,
  });

const returns = 'The input';
const search = echo(z.object({ id: z.string(), limit: z.coerce.number().default(3), tag: z.string().optional() }));
const filter = echo(
  z.strictObject({
    tag: z.union([z.string(), z.array(z.string())]).optional(),
    metadata: z.record(z.string().max(5), z.string()).optional(),
  }),
);
const change = echo(
  z.strictObject({ id: z.string(), title: z.string().optional() }).refine(({ title }) => title !== 'x', 'no x'),
);
const remove = operation({
  ...{ name: 'resources.forget', scope: null, summary: 'Forget', destructive: true },
  input: z.object({ id: z.string() }),
  output: nothing,
  run: async () => {},
});

function appOf() {
  const app = new OpenAPIHono<AppEnv>();
  app.route(
    '/',
    createOperationRoutes({} as AppContext, [
      http(search, 'GET /things/{id}', { returns }),
      http(filter, 'GET /things', { returns }),
      http(change, 'PATCH /things/{id}', { returns, body: 'Change' }),
      http(change, 'PUT /things/{id}', { returns, body: 'Change', optionalBody: true, status: 202 }),
      http(change, 'POST /things/{id}', { returns, body: 'Change', bodies: ['json', 'form'] }),
      http(remove, 'POST /things/{id}/forget', { returns: 'Taken', status: 202 }),
      http(remove, 'DELETE /things/{id}', { returns: 'Forgotten', noStore: true }),
    ]),
  );
  app.onError((error, c) => problem(c, asAppError(error)));
  return app;
}

const body = (value: unknown, method = 'PATCH') => ({
  method,
  headers: { 'Content-Type': 'application/json' },
  body: JSON.stringify(value),
});

test('mount: the input is made of the path and the parameters of the query', async () => {
  const response = await appOf().request('/things/a%20b?limit=5');
  expect(await response.json()).toEqual({ id: 'a b', limit: 5 });
});

test('mount: a strict input refuses unknown parameters by their names, and gathers those of a record', async () => {
  const app = appOf();
  const ask = async (query: string) => {
    const response = await app.request(`/things?${query}`);
    return [response.status, await response.json()];
  };
  expect(await ask('tag=a&tag=b&metadata.by=Ann&metadata.on=x.y')).toEqual([
    200,
    { tag: ['a', 'b'], metadata: { by: 'Ann', on: 'x.y' } },
  ]);
  expect(await ask('tga=a')).toMatchObject([422, { errors: [{ path: 'tga', message: 'is not a field of this request' }] }]);
  expect(await ask('metadata=a')).toMatchObject([422, { errors: [{ path: 'metadata' }] }]);
  expect(await ask('metadata.toolong=a')).toMatchObject([422, { errors: [{ path: 'metadata.toolong' }] }]);
  expect(await ask('metadata.a=1&metadata.a=2')).toMatchObject([422, { errors: [{ path: 'metadata.a' }] }]);
  expect(await ask('metadata.__proto__=1')).toMatchObject([422, {}]);
});

test.each([
  'other',
  'id',
])('mount: the parameter "%s", which the operation does not have in its query, is refused by name', async (name) => {
  const response = await appOf().request(`/things/a?limit=5&${name}=1`);
  expect(response.status).toBe(422);
  expect(await response.json()).toMatchObject({
    errors: [{ path: name, message: 'is not a parameter of this request, which has limit, tag' }],
  });
});

test('mount: an operation without parameters takes no notice of a query', async () => {
  expect((await appOf().request('/things/a?other=1', { method: 'DELETE' })).status).toBe(204);
});

test('mount: a repeated parameter of a single value is 422', async () => {
  const response = await appOf().request('/things/a?tag=x&tag=y');
  expect(response.status).toBe(422);
  expect(await response.json()).toMatchObject({ errors: [{ path: 'tag' }] });
});

test('mount: the input is made of the path and the body, whose own field of that name is refused', async () => {
  const app = appOf();
  expect(await (await app.request('/things/a', body({ title: 't' }))).json()).toEqual({ id: 'a', title: 't' });
  const response = await app.request('/things/a', body({ id: 'b' }));
  expect(response.status).toBe(422);
  expect(await response.json()).toMatchObject({ errors: [{ path: 'id', message: 'is not a field of this request' }] });
});

test('mount: errors of the body as a whole have the path json', async () => {
  for (const value of [[], 'text', null, { title: 'x' }]) {
    const response = await appOf().request('/things/a', body(value));
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({ errors: [{ path: 'json' }] });
  }
});

test('mount: a required body is 415 without JSON, and an optional one has no fields then', async () => {
  const app = appOf();
  expect((await app.request('/things/a', { method: 'PATCH' })).status).toBe(415);
  const response = await app.request('/things/a', { method: 'PUT' });
  expect([response.status, await response.json()]).toEqual([202, { id: 'a' }]);
  expect((await app.request('/things/a', { ...body({}, 'PUT'), headers: { 'Content-Type': 'text/plain' } })).status).toBe(415);
});

const form = (text: string) => ({ method: 'POST', body: new URLSearchParams(text) });

test('mount: a form is read where an operation takes one, and only there', async () => {
  const app = appOf();
  expect(await (await app.request('/things/a', form('title=a+b'))).json()).toEqual({ id: 'a', title: 'a b' });
  expect(await (await app.request('/things/a', body({ title: 't' }, 'POST'))).json()).toEqual({ id: 'a', title: 't' });
  expect((await app.request('/things/a', { ...form('title=a'), method: 'PATCH' })).status).toBe(415);
});

test.each([
  ['a repeated field', 'title=a&title=b', 'title'],
  ['an unknown field', 'title=a&__proto__=b', '__proto__'],
  ['a field of the path', 'id=b', 'id'],
  ['text that cannot be stored', 'title=%00', 'title'],
  ['what is wrong with the whole', 'title=x', 'form'],
])('mount: in a form %s is 422 and named', async (_case, text, path) => {
  const response = await appOf().request('/things/a', form(text));
  expect(response.status).toBe(422);
  expect(await response.json()).toMatchObject({ errors: [{ path }] });
});

test('mount: an operation without a result has the status of its binding', async () => {
  const response = await appOf().request('/things/a/forget', { method: 'POST' });
  expect([response.status, await response.text()]).toEqual([202, '']);
});

test('mount: an operation without a result is 204', async () => {
  const response = await appOf().request('/things/a', { method: 'DELETE' });
  expect([response.status, await response.text()]).toEqual([204, '']);
  expect(response.headers.get('cache-control')).toBe('no-store');
});

test('mount: the described body has the least number of fields of the input, less those of the path', () => {
  const app = new OpenAPIHono<AppEnv>();
  const least = echo(z.strictObject({ id: z.string(), title: z.string().optional() }).meta({ minProperties: 2 }));
  app.route('/', createOperationRoutes({} as AppContext, [http(least, 'PATCH /things/{id}', { returns, body: 'Least' })]));
  const { components } = app.getOpenAPI31Document({ openapi: '3.1.0', info: { title: 't', version: '1' } });
  expect(components?.schemas?.Least).toMatchObject({ minProperties: 1, properties: { title: {} } });
});

test('mount: the OpenAPI document describes parameters, the named body and every status', async () => {
  const { paths } = appOf().getOpenAPI31Document({ openapi: '3.1.0', info: { title: 't', version: '1' } });
  expect(paths?.['/things/{id}']).toMatchObject({
    get: {
      operationId: 'resourcesEcho',
      tags: ['Resources'],
      parameters: [
        { name: 'id', in: 'path', required: true },
        { name: 'limit', in: 'query' },
        { name: 'tag', in: 'query' },
      ],
    },
    patch: { requestBody: { required: true } },
  });
  expect(Object.keys(paths?.['/things/{id}']?.get?.responses ?? {})).toEqual(['200', '401', '403', '422', '429', '431', '503']);
  expect(Object.keys(paths?.['/things/{id}']?.patch?.responses ?? {})).toEqual([
    ...['200', '400', '401', '403', '408', '413', '415', '422', '429', '431', '503'],
  ]);
});
