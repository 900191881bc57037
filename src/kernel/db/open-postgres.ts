/**
 * Drizzle over a postgres.js client, as the database type that queries are written against: the one cast between dialects.
 * Queries name the tables of schema.sqlite.ts, so this file converts the client's values to the form that those tables expect
 * (docs/decisions/0007).
 */
import { drizzle } from 'drizzle-orm/postgres-js';
import type { Sql } from 'postgres';
import { retry } from '../core/retry.ts';
import { withLibraryNotes } from './library-notes.ts';
import type { Database } from './types.ts';
import { toBytes, toVector, VectorBytes } from './vector-bytes.ts';

/** https://github.com/postgres/postgres/blob/REL_15_STABLE/src/include/catalog/pg_type.dat */
const OID = { bool: 16, bytea: 17, int8: 20, json: 114, realArray: 1021, numeric: 1700 } as const;

/** Serialisation failure and deadlock: PostgreSQL asks for the transaction to be repeated. */
const REPEATABLE = new Set(['40001', '40P01']);
const TRIES = 5;

export function openPostgres(client: Sql): Database {
  const db = drizzle(adapted(client));
  alignValues(client);
  const repeating = new Proxy(db, {
    get(target, property, receiver) {
      if (property !== 'transaction') return Reflect.get(target, property, receiver);
      return (work: (tx: unknown) => Promise<unknown>) =>
        retry<unknown>(() => target.transaction(work as never), { tries: TRIES, when: isRepeatable });
    },
  }) as unknown as Database;
  return withLibraryNotes(repeating);
}

/** Converts to SQLite's types: it has neither booleans nor JSON, one integer type, and vectors stored as bytes. */
function alignValues({ options }: Sql): void {
  const { parsers, serializers } = options as unknown as {
    parsers: Record<number, (text: string) => unknown>;
    serializers: Record<number, (value: never) => unknown>;
  };
  parsers[OID.int8] = Number;
  parsers[OID.numeric] = Number;
  parsers[OID.json] = (text) => text;
  serializers[OID.json] = readableJson;
  serializers[OID.bool] = (value: unknown) => (value === true || value === 1 ? 't' : 'f');
  parsers[OID.realArray] = (text) => toBytes(readReals(text));
}

/**
 * The numbers of a `real[]` as PostgreSQL writes it. They are read as JSON, which takes a fraction of the time of `Number` for each
 * one; NaN and infinity, which JSON lacks, are read by `Number`.
 */
export function readReals(text: string): Float32Array {
  const list = text.slice(1, -1);
  try {
    return new Float32Array(JSON.parse(`[${list}]`));
  } catch {
    return Float32Array.from(list.split(','), Number);
  }
}

/**
 * Replaces NUL, which PostgreSQL cannot store, by U+FFFD, so that a query with NUL finds nothing instead of failing. Callers
 * that store a text make sure that it has no NUL.
 */
export const withoutNul = (text: string) => text.replaceAll('\0', '\ufffd');

/**
 * JSON that PostgreSQL's functions can read: they fail on an escaped NUL and on an escaped half of a surrogate pair. Both become
 * U+FFFD. Documents and copied databases hold such text; requests are refused before.
 */
export function readableJson(json: string): string {
  if (!UNREADABLE.test(json)) return json;
  return json.replaceAll(ESCAPES, (found) => (UNREADABLE.test(found) && found.length === 6 ? '\\ufffd' : found));
}

const UNREADABLE = /\\u(?:d[89a-f]|0000)/i;
/** An escaped backslash, a pair, or any other escape of four digits. */
const ESCAPES = /\\\\|\\ud[89ab][\da-f]{2}\\ud[c-f][\da-f]{2}|\\u[\da-f]{4}/gi;

/** postgres.js sends any bytes as bytea, but vectors are arrays; sent as text, the server parses them by the column's type. */
function adapted<T extends Sql>(client: T): T {
  const asText = (value: unknown) => {
    if (typeof value === 'string') return withoutNul(value);
    return value instanceof VectorBytes ? `{${toVector(value).join(',')}}` : value;
  };
  return new Proxy(client, {
    get(target, property, receiver) {
      if (property === 'unsafe') {
        return (query: string, values: unknown[] = [], options?: never) =>
          target.unsafe(query, values.map(asText) as never[], options);
      }
      if (property === 'begin' || property === 'savepoint') {
        return (...given: unknown[]) => {
          const work = given.pop() as (tx: Sql) => Promise<unknown>;
          const start = Reflect.get(target, property) as (...args: unknown[]) => Promise<unknown>;
          return start(...given, (tx: Sql) => work(adapted(tx)));
        };
      }
      return Reflect.get(target, property, receiver);
    },
  });
}

function isRepeatable(error: unknown): boolean {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error && 'code' in cause && REPEATABLE.has(String(cause.code));
}
