/** JSON bodies: read once, checked before any schema sees the value, and handed to the validators of the route. */
import type { MiddlewareHandler } from 'hono';
import type { FieldError } from '../../kernel/core/errors.ts';
import { parseJson } from '../../kernel/core/json.ts';
import {
  errorPath,
  invalidField,
  jsonValueFault,
  malformedJson,
  parseStrangersJson,
  scanJson,
} from '../../kernel/core/json-bounds.ts';
import type { AppEnv } from '../env.ts';
import { isJson } from './content-type.ts';

/** Throws `malformed_body` and `invalid_input`. A body of another type is left unread. */
export const jsonBodyCheck: MiddlewareHandler<AppEnv> = async function jsonBodyCheck(c, next) {
  if (isJson(c.req.header('content-type'))) {
    const value = parseStrangersJson(await c.req.text());
    c.req.bodyCache.json = Promise.resolve(value);
  }
  await next();
};

/**
 * As `jsonBodyCheck`, for a body `{[list]: [...]}` whose elements are refused one by one: `itemFaults` then has the fault of
 * each element that may not be read, by its index.
 */
export function jsonItemsCheck(list: string): MiddlewareHandler<AppEnv> {
  return async function jsonItemsCheck(c, next) {
    if (isJson(c.req.header('content-type'))) {
      const text = await c.req.text();
      const faults = textFaults(text, list);
      const value = parseJson(text, malformedJson);
      for (const [index, item] of itemsOf(value, list).entries()) {
        const fault = faults.has(index) ? undefined : jsonValueFault(item);
        if (fault) faults.set(index, fault);
      }
      c.set('itemFaults', faults);
      c.req.bodyCache.json = Promise.resolve(value);
    }
    await next();
  };
}

/** The first fault of each element. Throws for a fault outside of them. */
function textFaults(text: string, list: string): Map<number, FieldError> {
  const faults = new Map<number, FieldError>();
  let outside: FieldError | undefined;
  scanJson(text, ({ path, message }) => {
    const [name, index, ...rest] = path();
    if (name !== list || typeof index !== 'number')
      outside = { path: errorPath([name, index].filter((part) => part !== undefined)), message };
    else if (!faults.has(index)) faults.set(index, { path: errorPath(rest), message });
    return outside === undefined;
  });
  if (outside) throw invalidField(outside, 'json');
  return faults;
}

function itemsOf(value: unknown, list: string): readonly unknown[] {
  const items = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[list] : undefined;
  return Array.isArray(items) ? items : [];
}
