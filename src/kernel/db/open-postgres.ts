/**
 * Drizzle over a postgres.js client that an entry point made, as the database type that queries are written against: the one
 * dialect cast. Queries name the tables of schema.sqlite.ts; here the client's values are brought into the form in which
 * those tables expect them (docs/decisions/0007).
 */
import { drizzle } from 'drizzle-orm/postgres-js';
import type { Sql } from 'postgres';
import type { Database } from './types.ts';
import { toBytes, toVector, VectorBytes } from './vector-bytes.ts';

/** https://github.com/postgres/postgres/blob/REL_15_STABLE/src/include/catalog/pg_type.dat */
const OID = { bool: 16, bytea: 17, int8: 20, json: 114, realArray: 1021, numeric: 1700 } as const;

/** Serialisation failures and deadlocks: what the database itself says to do again. */
const AGAIN = new Set(['40001', '40P01']);
const TRIES = 5;

export function openPostgres(client: Sql): Database {
  const db = drizzle(adapted(client));
  alignValues(client);
  return new Proxy(db, {
    get(target, property, receiver) {
      if (property !== 'transaction') return Reflect.get(target, property, receiver);
      return (work: (tx: unknown) => Promise<unknown>) => again(() => target.transaction(work as never));
    },
  }) as unknown as Database;
}

/** SQLite knows no booleans and no JSON, keeps vectors as bytes, and has one kind of whole number. */
function alignValues({ options }: Sql): void {
  const { parsers, serializers } = options as unknown as {
    parsers: Record<number, (text: string) => unknown>;
    serializers: Record<number, (value: never) => unknown>;
  };
  parsers[OID.int8] = Number;
  parsers[OID.numeric] = Number;
  parsers[OID.json] = (text) => text;
  serializers[OID.json] = (text: unknown) => text;
  serializers[OID.bool] = (value: unknown) => (value === true || value === 1 ? 't' : 'f');
  parsers[OID.realArray] = (text) => toBytes(Float32Array.from(text.slice(1, -1).split(',').filter(Boolean), Number));
}

/**
 * A text with NUL in it, which PostgreSQL cannot hold, as the nearest it can: asked for it finds nothing, as it should, and
 * nothing that is stored may have one.
 */
export const withoutNul = (text: string) => text.replaceAll('\0', '\ufffd');

/** The client takes any bytes for a bytea; vectors are arrays. As text they are what the server takes them for. */
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

async function again<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
      const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
      if (tries >= TRIES || !AGAIN.has(code)) throw error;
    }
  }
}
