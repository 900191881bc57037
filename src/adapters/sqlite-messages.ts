/** What passes between a process and the thread that holds its SQLite file: requests, results and errors of a libSQL client. */
import type { InArgs, InStatement, InValue, ResultSet, Row, Value } from '@libsql/client/sqlite3';
import { LibsqlBatchError, LibsqlError } from '@libsql/client/sqlite3';
import { createBoundedMap } from '../kernel/core/bounded-map.ts';

/** Bytes from which a value's memory is handed over. Below, cloning is cheaper. */
const TRANSFER_FROM = 64 * 1024;

export type Method =
  | 'execute'
  | 'batch'
  | 'migrate'
  | 'executeMultiple'
  | 'sync'
  | 'transaction'
  | 'commit'
  | 'rollback'
  | 'close';

export interface Request {
  /** Absent where no answer is expected. */
  readonly id?: number;
  readonly method: Method;
  /** The transaction that the request belongs to, or that it begins. Absent for a request to the client. */
  readonly transaction?: number;
  readonly args: readonly unknown[];
}

/** A result without the objects of its rows, which a message cannot carry as libSQL forms them. */
export interface PackedResult {
  readonly columns: string[];
  readonly columnTypes: string[];
  /** The values of all rows, one row after the other. */
  readonly values: readonly Value[];
  readonly rows: number;
  readonly rowsAffected: number;
  readonly lastInsertRowid: bigint | undefined;
}

export interface PackedError {
  readonly name: string;
  readonly message: string;
  readonly code: string;
  readonly extendedCode: string | undefined;
  readonly rawCode: number | undefined;
  readonly statementIndex: number | undefined;
  readonly cause: { readonly message: string; readonly code: unknown; readonly rawCode: unknown } | undefined;
}

export type Answer =
  | { readonly id: number; readonly ok: true; readonly value: unknown; readonly isTransactionClosed: boolean }
  | { readonly id: number; readonly ok: false; readonly error: PackedError | Error; readonly isTransactionClosed: boolean };

/** The thread's messages: `opened` or `failed` once, then answers. */
export type ThreadMessage = { readonly opened: true } | { readonly failed: string; readonly cause: unknown } | Answer;

/** Memory that a message hands over. */
export type Transfers = ArrayBuffer[];

type Statement = InStatement | [string, InArgs?];

/** `statement` with copies of its bytes, because a caller may send the same ones again. Adds to `transfers`. */
export function packStatement(statement: Statement, transfers: Transfers): Statement {
  if (typeof statement === 'string') return statement;
  if (Array.isArray(statement)) {
    const [sql, args] = statement;
    return args === undefined ? [sql] : [sql, packArgs(args, transfers)];
  }
  return { sql: statement.sql, ...(statement.args === undefined ? {} : { args: packArgs(statement.args, transfers) }) };
}

export function packArgs(args: InArgs, transfers: Transfers): InArgs {
  if (Array.isArray(args)) return args.map((value) => packValue(value, transfers));
  return Object.fromEntries(Object.entries(args).map(([name, value]) => [name, packValue(value, transfers)]));
}

function packValue(value: InValue, transfers: Transfers): InValue {
  if (!(value instanceof Uint8Array || value instanceof ArrayBuffer)) return value;
  // A clone of a view would carry all of the memory under it: a small Buffer is a view of a pool.
  const copy = value instanceof ArrayBuffer ? value.slice(0) : Uint8Array.from(value);
  if (copy.byteLength >= TRANSFER_FROM) transfers.push(copy instanceof ArrayBuffer ? copy : copy.buffer);
  return copy;
}

/** `result`, whose large blobs are handed over: it must not be used afterwards. Adds to `transfers`. */
export function packResult(result: ResultSet, transfers: Transfers): PackedResult {
  const { columns, columnTypes, rows, rowsAffected, lastInsertRowid } = result;
  const values: Value[] = [];
  for (const row of rows) {
    for (let i = 0; i < row.length; i++) {
      const value = row[i] as Value;
      if (value instanceof ArrayBuffer && value.byteLength >= TRANSFER_FROM) transfers.push(value);
      values.push(value);
    }
  }
  return { columns, columnTypes, values, rows: rows.length, rowsAffected, lastInsertRowid };
}

export type UnpackResult = (packed: PackedResult) => ResultSet;

/** Lists of columns whose row makers are kept: more than Pharos has statements. */
const KEPT_SHAPES = 500;

/** Makes results as libSQL forms them: rows have columns by name and, not enumerable, by position, and a length. */
export function createUnpacker(): UnpackResult {
  // Making a prototype takes longer than all the rest of a small result.
  const makers = createBoundedMap<string, RowMaker>({ capacity: KEPT_SHAPES, evict: 'oldest' });

  function makerFor(columns: readonly string[]): RowMaker {
    const shape = JSON.stringify(columns);
    let toRow = makers.get(shape);
    if (!toRow) {
      toRow = rowMaker(columns);
      makers.set(shape, toRow);
    }
    return toRow;
  }

  return ({ columns, columnTypes, values, rows, rowsAffected, lastInsertRowid }) => {
    const width = columns.length;
    const toRow = rows === 0 ? undefined : makerFor(columns);
    const result = {
      columns,
      columnTypes,
      rows: Array.from({ length: rows }, (_, i) => (toRow as RowMaker)(values, i * width)),
      rowsAffected,
      lastInsertRowid,
    };
    // Not enumerable, as a method of libSQL's class is.
    return Object.defineProperty(result, 'toJSON', { value: () => toJson(result) }) as ResultSet;
  };
}

type RowMaker = (values: readonly Value[], from: number) => Row;

/** Names that the row of a shared prototype cannot have as properties of its own. */
const SPECIAL = /^(?:length|__proto__|\d+)$/;

function rowMaker(columns: readonly string[]): RowMaker {
  const isPlain = new Set(columns).size === columns.length && !columns.some((name) => SPECIAL.test(name));
  if (!isPlain) return (values, from) => defineRow(columns, values, from);
  // Positions are looked up by name through the prototype, which is three times faster than to define each of them.
  const positions = Object.fromEntries(
    columns.map((name, i) => [
      i,
      {
        get(this: Record<string, Value>) {
          return this[name];
        },
      },
    ]),
  );
  const prototype = Object.create(Object.prototype, { ...positions, length: { value: columns.length } });
  return (values, from) => {
    const row = Object.create(prototype) as Record<string, Value>;
    columns.forEach((name, i) => {
      row[name] = values[from + i] as Value;
    });
    return row as unknown as Row;
  };
}

function defineRow(columns: readonly string[], values: readonly Value[], from: number): Row {
  const row = Object.defineProperty({}, 'length', { value: columns.length });
  columns.forEach((name, i) => {
    const value = values[from + i];
    Object.defineProperty(row, i, { value });
    if (!Object.hasOwn(row, name))
      Object.defineProperty(row, name, { value, enumerable: true, configurable: true, writable: true });
  });
  return row as Row;
}

function toJson({ rows, lastInsertRowid, ...result }: Omit<ResultSet, 'toJSON'>): unknown {
  const plain = (value: unknown) =>
    typeof value === 'bigint' ? `${value}` : value instanceof ArrayBuffer ? Buffer.from(value).toString('base64') : value;
  return {
    ...result,
    rows: rows.map((row) => Array.from(row as ArrayLike<Value>, plain)),
    lastInsertRowid: lastInsertRowid === undefined ? null : `${lastInsertRowid}`,
  };
}

/** A libSQL error without its prototype, which a message does not carry. Errors of the language are carried as they are. */
export function packError(error: unknown): PackedError | Error {
  if (!(error instanceof LibsqlError)) return error instanceof Error ? error : new Error(String(error));
  const { name, message, code, extendedCode, rawCode, cause } = error;
  const prefix = `${code}: `;
  return {
    name,
    message: message.startsWith(prefix) ? message.slice(prefix.length) : message,
    code,
    extendedCode,
    rawCode,
    statementIndex: error instanceof LibsqlBatchError ? error.statementIndex : undefined,
    cause:
      cause instanceof Error
        ? {
            message: cause.message,
            code: 'code' in cause ? cause.code : undefined,
            rawCode: 'rawCode' in cause ? cause.rawCode : undefined,
          }
        : undefined,
  };
}

/** The error of the direct client, with the stack of this call. */
export function unpackError(packed: PackedError | Error): Error {
  if (packed instanceof Error) return packed;
  const { message, code, extendedCode, rawCode, statementIndex } = packed;
  const cause =
    packed.cause && Object.assign(new Error(packed.cause.message), { code: packed.cause.code, rawCode: packed.cause.rawCode });
  return statementIndex === undefined
    ? new LibsqlError(message, code, extendedCode, rawCode, cause)
    : new LibsqlBatchError(message, statementIndex, code, extendedCode, rawCode, cause);
}
