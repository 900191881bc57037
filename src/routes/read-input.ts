/** The input of an operation in a request: fields of the path, of the query, and of a body in JSON or as a form. */
import type { Context, MiddlewareHandler } from 'hono';
import type { z } from 'zod';
import type { FieldError } from '../kernel/core/errors.ts';
import { errorPath, invalidField, jsonValueFault } from '../kernel/core/json-bounds.ts';
import type { AppEnv } from './env.ts';
import { isJson, isUrlEncoded, requireContentType } from './middleware/content-type.ts';
import { jsonBodyCheck, jsonItemsCheck } from './middleware/json-body.ts';

export type BodyKind = 'json' | 'form';

export const MEDIA_TYPES: Readonly<Record<BodyKind, string>> = {
  json: 'application/json',
  form: 'application/x-www-form-urlencoded',
};

/** Where the fields of an input are in a request. */
export interface Parts {
  readonly params: readonly string[];
  readonly query: readonly string[];
  /** Fields of the query that hold others by name: `metadata` is made of the parameters `metadata.<name>`. */
  readonly records?: readonly string[];
  /** Whether parameters of other names are passed on, for the schema to refuse. */
  readonly strict?: boolean;
  /** Absent for an operation without a body. */
  readonly body?: {
    readonly schema: z.ZodType;
    readonly required: boolean;
    readonly kinds: readonly BodyKind[];
    /** The list whose elements are refused one by one: in the input, an error stands for an element that may not be read. */
    readonly itemsOf?: string | undefined;
  };
}

/** What runs before the body is read. */
export function bodyChecks({ body }: Parts): MiddlewareHandler<AppEnv>[] {
  if (!body) return [];
  const types = body.kinds.map((kind) => MEDIA_TYPES[kind]);
  return [
    requireContentType(types, { optional: !body.required }),
    body.itemsOf === undefined ? jsonBodyCheck : jsonItemsCheck(body.itemsOf),
  ];
}

/** `source`: what errors call the input as a whole. */
export async function readInput(c: Context<AppEnv>, parts: Parts): Promise<{ readonly input: unknown; readonly source: string }> {
  const fields = { ...queryOf(c, parts), ...Object.fromEntries(parts.params.map((name) => [name, c.req.param(name)])) };
  if (!parts.body) return { input: fields, source: 'query' };
  const type = c.req.header('content-type');
  const isForm = isUrlEncoded(type);
  const source = isForm ? 'form' : 'json';
  const given: unknown = isForm ? readForm(await c.req.text()) : isJson(type) ? await c.req.json() : {};
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return { input: given, source };
  const twice = parts.params.find((name) => Object.hasOwn(given, name));
  if (twice !== undefined) throw invalidField({ path: twice, message: 'is not a field of this request' }, source);
  return { input: { ...given, ...itemsOf(c, given, parts.body.itemsOf), ...fields }, source };
}

function itemsOf(c: Context<AppEnv>, given: object, list: string | undefined): object {
  const items: unknown = list === undefined ? undefined : (given as Record<string, unknown>)[list];
  const faults = c.get('itemFaults');
  if (list === undefined || !faults || !Array.isArray(items)) return {};
  return { [list]: items.map((item: unknown, index) => errorOf(faults.get(index)) ?? item) };
}

const errorOf = (fault: FieldError | undefined) => fault && invalidField(fault, 'item');

/**
 * A repeated parameter is a list, which the schema of a single value refuses. Where there are parameters, others are refused, by
 * the schema if it is strict: a filter or a page that was ignored would give other results than were asked for.
 */
function queryOf(c: Context<AppEnv>, { query, records = [], strict = false }: Parts): Record<string, unknown> {
  const fields = new Map<string, unknown>();
  for (const [name, values] of Object.entries(c.req.queries())) {
    const value = values.length === 1 ? values[0] : values;
    const record = records.find((one) => name.startsWith(`${one}.`));
    if (record !== undefined) {
      // An object cannot hold it as a field of its own, so that the schema would not see it.
      if (name === `${record}.__proto__`) throw invalidField({ path: name, message: 'is not a name' }, 'query');
      const entries = (fields.get(record) ?? new Map()) as Map<string, unknown>;
      fields.set(record, entries.set(name.slice(record.length + 1), value));
    } else if (strict ? !records.includes(name) : query.includes(name)) fields.set(name, value);
    else if (records.includes(name)) throw invalidField({ path: name, message: `is given as ${name}.<name>` }, 'query');
    else if (query.length > 0) {
      const message = `is not a parameter of this request, which has ${query.join(', ')}`;
      throw invalidField({ path: errorPath([name]), message }, 'query');
    }
  }
  return Object.fromEntries(
    Array.from(fields, ([name, value]) => [name, value instanceof Map ? Object.fromEntries(value) : value]),
  );
}

/** As in a query, a repeated field is a list. Throws `invalid_input` for text that cannot be stored. */
function readForm(text: string): Record<string, unknown> {
  const fields = new Map<string, string[]>();
  for (const [name, value] of new URLSearchParams(text)) {
    const values = fields.get(name);
    if (values) values.push(value);
    else fields.set(name, [value]);
  }
  const form = Object.fromEntries([...fields].map(([name, values]) => [name, values.length === 1 ? values[0] : values]));
  const fault = jsonValueFault(form);
  if (fault) throw invalidField(fault, 'form');
  return form;
}
