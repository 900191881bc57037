import { z } from '@hono/zod-openapi';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { JSON_BOUNDS } from '../../src/kernel/core/bounds.ts';
import { deliveryReportSchema, progressReportSchema } from '../../src/kernel/model/job-messages.ts';
import { pushSchema, releaseSchema, standardEventSchema } from '../../src/routes/webhooks/webhook-events.ts';
import { createTestApp, type TestApp } from '../support/kits/app.ts';

/** A JSON schema, as far as bounds are concerned. */
interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly maxLength?: number;
  readonly maxItems?: number;
  readonly maxProperties?: number;
  readonly items?: Schema;
  readonly properties?: Record<string, Schema>;
  readonly propertyNames?: Schema;
  readonly additionalProperties?: boolean | Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
}

/** The paths in `schema` at which a string, a list or an object of any names has no bound. */
function unbounded(schema: Schema, resolve: (ref: string) => Schema, path = '$', seen: readonly string[] = []): string[] {
  const inside = (inner: Schema, name: string) => unbounded(inner, resolve, `${path}${name}`, seen);
  if (schema.$ref !== undefined) {
    return seen.includes(schema.$ref) ? [] : unbounded(resolve(schema.$ref), resolve, path, [...seen, schema.$ref]);
  }
  if (schema.enum !== undefined || schema.const !== undefined) return [];
  const types = [schema.type ?? []].flat();
  const all = [...(schema.anyOf ?? []), ...(schema.oneOf ?? []), ...(schema.allOf ?? [])];
  // Beside a type, an alternative without one only says which of the fields go together.
  const alternatives = types.length > 0 ? all.filter(({ type, $ref }) => type !== undefined || $ref !== undefined) : all;
  const found = alternatives.flatMap((inner) => inside(inner, ''));
  if (types.includes('string') && schema.maxLength === undefined) found.push(`${path}: a string without maxLength`);
  if (types.includes('array')) {
    if (schema.maxItems === undefined) found.push(`${path}: a list without maxItems`);
    found.push(...inside(schema.items ?? {}, '[]'));
  }
  if (types.includes('object')) {
    found.push(...Object.entries(schema.properties ?? {}).flatMap(([name, inner]) => inside(inner, `.${name}`)));
    const { additionalProperties: more, maxProperties } = schema;
    const isNamed = schema.properties !== undefined || schema.propertyNames?.enum !== undefined;
    const isOpen = !isNamed || (schema.properties !== undefined && typeof more === 'object' && Object.keys(more).length > 0);
    if (isOpen && maxProperties === undefined) found.push(`${path}: an object of any names without maxProperties`);
    // What is inside of a bounded object of any names is bounded by the check of all JSON.
    if (typeof more === 'object' && maxProperties === undefined && Object.keys(more).length > 0)
      found.push(...inside(more, '.*'));
  }
  if (types.length === 0 && alternatives.length === 0) found.push(`${path}: any value`);
  return found;
}

let app: TestApp;
let operations: { name: string; parameters: { name: string; schema: Schema }[]; bodies: [string, Schema][] }[];
let resolve: (ref: string) => Schema;

beforeAll(async () => {
  app = await createTestApp();
  const document = (await (await app.request('/openapi.json')).json()) as {
    components: { schemas: Record<string, Schema> };
    paths: Record<
      string,
      Record<
        string,
        {
          parameters?: { name: string; schema: Schema }[];
          requestBody?: { content: Record<string, { schema: Schema }> };
        }
      >
    >;
  };
  resolve = (ref) => document.components.schemas[ref.replace('#/components/schemas/', '')] as Schema;
  operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { parameters = [], requestBody }]) => ({
      name: `${method.toUpperCase()} ${path}`,
      parameters,
      bodies: Object.entries(requestBody?.content ?? {}).map(([type, { schema }]) => [type, schema] as [string, Schema]),
    })),
  );
});
afterAll(() => app.close());

test('request schemas: every string, list and object of any names in every body and parameter has a bound', () => {
  const found = operations.flatMap(({ name, parameters, bodies }) => [
    ...parameters.flatMap(({ name: parameter, schema }) => unbounded(schema, resolve, `${name} ?${parameter}`)),
    ...bodies.flatMap(([type, schema]) => unbounded(schema, resolve, `${name} ${type}`)),
  ]);
  expect(found).toEqual([]);
  expect(operations.filter(({ bodies }) => bodies.length > 0).length).toBeGreaterThan(15);
});

test('webhook events and reports: every string and list of their schemas has a bound', () => {
  const schemas = { standardEventSchema, pushSchema, releaseSchema, progressReportSchema, deliveryReportSchema };
  const found = Object.entries(schemas).flatMap(([name, schema]) => {
    const json = z.toJSONSchema(schema as z.ZodType, { io: 'input', unrepresentable: 'any' }) as Schema & {
      $defs?: Record<string, Schema>;
    };
    return unbounded(json, (ref) => json.$defs?.[ref.replace('#/$defs/', '')] as Schema, name);
  });
  // Metadata is bounded by the check of all JSON, which a plain JSON schema does not show.
  expect(found.filter((line) => !line.includes('.metadata'))).toEqual([]);
});

test('request schemas: a schema without a bound is found', () => {
  const schema = z.object({
    text: z.string(),
    list: z.array(z.string().max(1)),
    inner: z.object({ items: z.array(z.string()).max(2) }),
    named: z.record(z.string(), z.string()),
    either: z.union([z.string(), z.number()]),
    any: z.unknown(),
    fine: z.enum(['a']),
  });
  expect(unbounded(z.toJSONSchema(schema, { io: 'input' }) as Schema, () => ({}))).toEqual([
    '$.text: a string without maxLength',
    '$.list: a list without maxItems',
    '$.inner.items[]: a string without maxLength',
    '$.named: an object of any names without maxProperties',
    '$.named.*: a string without maxLength',
    '$.either: a string without maxLength',
    '$.any: any value',
  ]);
  expect(JSON_BOUNDS.depth).toBeGreaterThan(1);
});
