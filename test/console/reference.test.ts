/** What the API reference computes from an OpenAPI document. */
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { exampleOf } from '../../console/src/screens/reference/example.ts';
import { fieldsOf, formFieldsOf, objectsIn } from '../../console/src/screens/reference/fields.ts';
import {
  filtered,
  groupsOf,
  type OpenApiDocument,
  type Operation,
  scopeOf,
  takesKeys,
} from '../../console/src/screens/reference/openapi.ts';
import { curlOf, requestOf, type Values } from '../../console/src/screens/reference/request.ts';
import { limitsOf, typeOf } from '../../console/src/screens/reference/schema-words.ts';
import { errorsOf, isPage } from '../../console/src/screens/reference/try.ts';
import { createTestApp, type TestApp } from '../support/kits/app.ts';

let pharos: TestApp;
let document: OpenApiDocument;
let operations: Map<string, Operation>;
beforeAll(async () => {
  pharos = await createTestApp();
  document = (await (await pharos.request('/openapi.json')).json()) as OpenApiDocument;
  operations = new Map(groupsOf(document).flatMap((group) => group.operations.map((each) => [each.operationId, each])));
});
afterAll(() => pharos.close());

const operation = (id: string): Operation => {
  const found = operations.get(id);
  if (!found) throw new Error(`there is no operation ${id}`);
  return found;
};
const NOTHING: Values = { parameters: {}, contentType: undefined, text: '', form: {} };

describe('the document of this server', () => {
  test('every operation stands in one group, in the order of the tags', () => {
    const listed = Object.values(document.paths).reduce((sum, item) => sum + Object.keys(item).length, 0);
    expect(operations.size).toBe(listed);
    const names = groupsOf(document).map(({ name }) => name);
    expect(names).toEqual((document.tags ?? []).map(({ name }) => name).filter((name) => names.includes(name)));
  });

  test('the document begins with resources and search, and authentication with register and login', () => {
    const groups = groupsOf(document);
    expect(groups.slice(0, 2).map(({ name }) => name)).toEqual(['Resources', 'Search']);
    const paths = groups.find(({ name }) => name === 'Authentication')?.operations.map(({ path }) => path) ?? [];
    expect(paths.slice(0, 2)).toEqual(['/auth/register', '/auth/login']);
    const firstOfMachines = paths.findIndex((path) => path.startsWith('/.well-known/'));
    expect(paths.slice(firstOfMachines).filter((path) => !path.startsWith('/.well-known/'))).toEqual([]);
  });

  test('the example of every JSON body is one that its schema allows', () => {
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    for (const { requestBody, operationId } of operations.values()) {
      const schema = requestBody?.content['application/json']?.schema;
      if (!schema) continue;
      const validate = ajv.compile({ ...schema, components: document.components });
      const example = exampleOf(document, schema);
      validate(example);
      expect({ operationId, example, errors: validate.errors ?? [] }).toEqual({ operationId, example, errors: [] });
    }
  });

  test('every field of every body and parameter has a type in words', () => {
    for (const { parameters = [], requestBody, operationId } of operations.values()) {
      const bodies = Object.values(requestBody?.content ?? {}).flatMap(({ schema = {} }) => formFieldsOf(document, schema));
      for (const { name, schema = {} } of [...parameters, ...bodies]) {
        expect([operationId, name, typeOf(schema)]).not.toContain('');
        expect(typeOf(schema)).not.toMatch(/undefined|\[object/);
      }
    }
  });

  test('what an operation needs is told: nothing, any token, a scope, or a login', () => {
    expect(scopeOf(operation('monitoringHealth'))).toBeNull();
    expect(scopeOf(operation('resourcesList'))).toBe('resources:read');
    expect([scopeOf(operation('accountLimits')), takesKeys(operation('accountLimits'))]).toEqual(['', true]);
    expect(takesKeys(operation('apiKeysCreate'))).toBe(false);
  });

  test('pages are for the address bar, and a file that may be 304 is not one', () => {
    expect(['aboutDocs', 'grantsPage'].map((id) => isPage(operation(id)))).toEqual([true, true]);
    expect(['resourcesContent', 'sessionsLogout', 'searchQuery'].map((id) => isPage(operation(id)))).toEqual([
      false,
      false,
      false,
    ]);
  });
});

test('filter: every word must be in subject, method, path, summary or id, and groups without an operation go', () => {
  const groups = groupsOf(document);
  expect(filtered(groups, '  ')).toBe(groups);
  const found = filtered(groups, 'RESOURCES delete {id}').flatMap((group) =>
    group.operations.map(({ operationId }) => operationId),
  );
  expect(found).toEqual(['resourcesDelete']);
  expect(filtered(groups, 'no such operation')).toEqual([]);
});

test('schemas: one that contains itself ends, and a list of objects or a choice of them shows their fields', () => {
  const node = {
    type: 'object',
    required: ['children'],
    properties: { children: { type: 'array', minItems: 1, items: { $ref: '#/components/schemas/Node' } } },
  };
  const recursive: OpenApiDocument = { paths: {}, components: { schemas: { Node: node } } };
  expect(JSON.stringify(exampleOf(recursive, node)).length).toBeLessThan(1_000);
  expect(fieldsOf(recursive, { $ref: '#/components/schemas/Node' }).map(({ name }) => name)).toEqual(['children']);
  expect(objectsIn(recursive, { anyOf: [{ type: 'null' }, { type: 'array', items: node }] })).toEqual([node]);
  expect(exampleOf(recursive, { $ref: '#/components/schemas/Missing' })).toBe('text');
});

test('words: types and limits are named as people say them', () => {
  expect(typeOf({ type: ['string', 'null'], format: 'date-time' })).toBe('date and time or null');
  expect(typeOf({ type: 'array', items: { $ref: '#/components/schemas/Resource' } })).toBe('list of Resource');
  expect(typeOf({ enum: ['a', 'b', 'c'] })).toBe('"a", "b" or "c"');
  expect(limitsOf({ type: 'integer', minimum: 1, maximum: 100, default: 20 })).toEqual(['1 to 100', 'default 20']);
  expect(limitsOf({ type: 'string', maxLength: 5_000 })).toEqual(['at most 5,000 characters']);
  expect(limitsOf({ type: 'number', exclusiveMinimum: 0 })).toEqual(['above 0']);
});

describe('requests', () => {
  test('a path, a query, headers and several values become what a server reads back', () => {
    const anything = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 40 })
      .filter((text) => text.trim() === text && text.isWellFormed());
    fc.assert(
      fc.property(anything, anything, (id, tag) => {
        fc.pre(!/[\n\r]/.test(tag));
        const parameters = { 'path id': id, 'header if-none-match': '"x"' };
        const content = requestOf(document, operation('resourcesContent'), { ...NOTHING, parameters });
        expect(decodeURIComponent(content.path.split('/')[2] ?? '')).toBe(id);
        expect(content.headers).toEqual({ 'if-none-match': '"x"' });
        const list = requestOf(document, operation('resourcesList'), {
          ...NOTHING,
          parameters: { 'query tag': `${tag}\n\n${tag}`, 'query q': tag },
        });
        const query = new URL(list.path, 'http://pharos.invalid').searchParams;
        expect([query.getAll('tag'), query.get('q')]).toEqual([[tag, tag], tag]);
      }),
    );
  });

  test('a form is sent as its content type says, and empty fields are left out', () => {
    const login = {
      ...NOTHING,
      contentType: 'application/x-www-form-urlencoded',
      form: { username: 'keeper', password: 'a b', scope: '' },
    };
    expect(String(requestOf(document, operation('tokensLogin'), login).body)).toBe('username=keeper&password=a+b');
    const file = new File(['# Log'], 'log.md');
    const upload = { ...NOTHING, contentType: 'multipart/form-data', form: { file, tags: 'a\nb' } };
    const body = requestOf(document, operation('resourcesUpload'), upload).body as FormData;
    expect([(body.get('file') as File).name, body.getAll('tags')]).toEqual(['log.md', ['a', 'b']]);
  });

  test('what is missing is named, and a body that is not JSON is refused', () => {
    expect(Object.keys(errorsOf(document, operation('resourcesGet'), NOTHING))).toEqual(['path id']);
    expect(
      Object.keys(errorsOf(document, operation('resourcesUpload'), { ...NOTHING, contentType: 'multipart/form-data' })),
    ).toEqual(['body file']);
    const json = { ...NOTHING, contentType: 'application/json' };
    expect(errorsOf(document, operation('resourcesCreate'), { ...json, text: '{"a":' }).body).toMatch(/^This is not JSON: /);
    expect(errorsOf(document, operation('resourcesCreate'), { ...json, text: '{}' })).toEqual({});
  });

  test('curl: a quote cannot leave its argument, and no token is written into the command', () => {
    const values = { ...NOTHING, contentType: 'application/json', text: `{"q": "it's; rm -rf $HOME"}` };
    const command = curlOf('http://127.0.0.1:8000', requestOf(document, operation('searchAsk'), values), false);
    expect(command).toContain(String.raw`--data-raw '{"q": "it'\''s; rm -rf $HOME"}'`);
    expect(command).toContain('"Authorization: Bearer $PHAROS_TOKEN"');
    expect(curlOf('http://127.0.0.1:8000', requestOf(document, operation('monitoringHealth'), NOTHING), true)).toBe(
      `curl 'http://127.0.0.1:8000/monitoring/health'`,
    );
  });
});
