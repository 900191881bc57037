import { expect, test } from 'vitest';
import { lintWithRedocly, lintWithSpectral } from '../support/openapi/linters.ts';

const document = (operation: object) =>
  JSON.stringify({
    openapi: '3.1.0',
    info: {
      title: 'A service',
      version: '1.0.0',
      description: 'Serves',
      contact: { name: 'Its operator', url: 'https://service.invalid' },
      license: { name: 'MIT', url: 'https://opensource.org/license/mit' },
    },
    servers: [{ url: 'https://service.invalid' }],
    tags: [{ name: 'Things', description: 'Things' }],
    security: [],
    paths: {
      '/things': {
        get: {
          operationId: 'listThings',
          summary: 'List things',
          description: 'All of them.',
          tags: ['Things'],
          responses: { 200: { description: 'Things' }, 400: { description: 'Not understood' } },
          ...operation,
        },
      },
    },
  });

test('lint of /openapi.json: a document without a fault has no problem', async () => {
  expect(lintWithRedocly(document({}))).toEqual([]);
  expect(await lintWithSpectral(document({}))).toEqual([]);
});

test("lint of /openapi.json: a warning of Redocly and one of Spectral's are problems", async () => {
  expect(lintWithRedocly(document({ responses: { 200: { description: 'Things' } } }))).toEqual([
    expect.stringMatching(/^redocly warn: .*operation-4xx-response/),
  ]);
  expect(await lintWithSpectral(document({ description: '' }))).toEqual([
    expect.stringMatching(/^spectral warning: .*operation-description/),
  ]);
});

test('lint of /openapi.json: a property that OpenAPI does not know is an error of both', async () => {
  expect(lintWithRedocly(document({ middleware: [] }))).toEqual([expect.stringMatching(/^redocly error: .*struct/)]);
  expect(await lintWithSpectral(document({ middleware: [] }))).toContainEqual(expect.stringMatching(/^spectral error: /));
});
