/**
 * One connection of the local libSQL server: statements in Hrana's encoding, and its place in the queue of those who write.
 * Codes, messages and limits are those of libsql-server (https://github.com/tursodatabase/libsql, `libsql-server/src/hrana`).
 */
import { createRequire } from 'node:module';

export type Value =
  | { readonly type: 'null' }
  | { readonly type: 'integer'; readonly value: string }
  | { readonly type: 'float'; readonly value: number }
  | { readonly type: 'text'; readonly value: string }
  | { readonly type: 'blob'; readonly base64: string };

export interface Statement {
  readonly sql?: string | null;
  readonly sql_id?: number | null;
  readonly args?: readonly Value[];
  readonly named_args?: readonly { readonly name: string; readonly value: Value }[];
  readonly want_rows?: boolean | null;
}

export interface StatementResult {
  readonly cols: readonly { readonly name: string; readonly decltype: string | null }[];
  readonly rows: readonly (readonly Value[])[];
  readonly affected_row_count: number;
  readonly last_insert_rowid: string | null;
}

/** What the server answers in place of a result. */
export class Refused extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

type Native = null | bigint | number | string | Uint8Array;
interface NativeStatement {
  readonly reader: boolean;
  raw(): NativeStatement;
  safeIntegers(): NativeStatement;
  columns(): readonly { readonly name: string; readonly type: string | null }[];
  all(args: unknown): Native[][];
  run(args: unknown): { readonly changes: number; readonly lastInsertRowid: number };
}
interface NativeDatabase {
  readonly inTransaction: boolean;
  prepare(sql: string): NativeStatement;
  exec(sql: string): void;
  close(): void;
}
type NativeClass = new (path: string, options: { timeout: number }) => NativeDatabase;

/** The native driver that @libsql/client brings along: unlike the client itself it leaves transactions to us. */
const NativeDatabase = createRequire(import.meta.resolve('@libsql/client'))('libsql') as NativeClass;

/** A transaction that keeps another waiting is rolled back after so long. */
const TRANSACTION_MS = 5_000;
/** Of a text or a blob, and of an answer. */
const MAX_VALUE = 5_000_000;
const MAX_ANSWER = 10_000_000;

/** Connections write in the order in which they ask for it. */
export function createWriteQueue() {
  const waiting: { connection: Connection; resolve: () => void }[] = [];
  let holder: Connection | undefined;
  let since = 0;

  function next(): void {
    const first = waiting.shift();
    holder = first?.connection;
    since = Date.now();
    first?.resolve();
  }
  const steal = () => {
    if (holder === undefined || waiting.length === 0) return;
    const left = since + TRANSACTION_MS - Date.now();
    if (left > 0) setTimeout(steal, left).unref();
    else holder.forceRollback();
  };

  return {
    async acquire(connection: Connection): Promise<void> {
      if (holder === connection) return;
      if (holder === undefined) {
        holder = connection;
        since = Date.now();
        return;
      }
      const { promise, resolve } = Promise.withResolvers<void>();
      waiting.push({ connection, resolve });
      steal();
      await promise;
    },
    release(connection: Connection): void {
      if (holder === connection) next();
    },
  };
}

const WRITES =
  /^(?:insert|update|delete|replace|create|drop|alter|reindex|begin\s+(?:immediate|exclusive)|with\b.*\b(?:insert|update|delete)\b)/is;
/** What would change more than its own database, or the connection for its next user. */
const UNSUPPORTED = /^(?:vacuum|analyze|create\s+temp|pragma\s+\w+\s*[=(])/i;
const PRAGMAS =
  /^pragma\s+(?:(?:defer_)?foreign_keys|foreign_key_\w+|table_\w+|index_\w+|integrity_check|quick_check|user_version)\b/i;
const bare = (sql: string) => sql.replace(/^(?:\s|--[^\n]*\n|\/\*.*?\*\/)+/s, '');

export class Connection {
  readonly #path: string;
  readonly #queue: ReturnType<typeof createWriteQueue>;
  #native: NativeDatabase;
  #rolledBack = false;
  /** To read anything of a native database that is closed ends the process. */
  #closed = false;

  constructor(path: string, queue: ReturnType<typeof createWriteQueue>) {
    this.#path = path;
    this.#queue = queue;
    this.#native = this.#open();
  }

  #open(): NativeDatabase {
    const native = new NativeDatabase(this.#path, { timeout: 0 });
    // The folder is thrown away.
    native.exec('pragma synchronous = off');
    return native;
  }

  get isAutocommit(): boolean {
    return !this.#native.inTransaction;
  }

  /** Ends the transaction because another stream wants to write; the next request gets an error. */
  forceRollback(): void {
    if (this.#native.inTransaction) this.#native.exec('rollback');
    this.#rolledBack = true;
    this.#queue.release(this);
  }

  /** True once, when the transaction was rolled back by the server: all of the request's statements fail then. */
  takeRollback(): boolean {
    const was = this.#rolledBack;
    this.#rolledBack = false;
    return was;
  }

  async execute(sql: string, statement: Statement = {}): Promise<StatementResult> {
    const text = bare(sql);
    if (text === '') throw new Refused('SQL_NO_STATEMENT', 'SQL string does not contain any statement');
    if (UNSUPPORTED.test(text) && !PRAGMAS.test(text))
      throw new Refused('SQL_PARSE_ERROR', 'SQL string could not be parsed: unsupported statement');
    if (WRITES.test(text)) await this.#queue.acquire(this);
    if (this.#closed) {
      this.#queue.release(this);
      throw new Error('closed while it waited');
    }
    try {
      return this.#run(sql, statement);
    } catch (error) {
      throw this.#asRefused(error);
    } finally {
      if (!this.#native.inTransaction) this.#queue.release(this);
    }
  }

  describe(sql: string) {
    try {
      const prepared = this.#native.prepare(sql);
      const names = sql.replace(/'(?:[^']|'')*'/g, '').match(/\?\d*|[:@$]\w+/g) ?? [];
      return {
        params: [...new Set(names.map((name, i) => (name === '?' ? i : name)))].map((name) => ({
          name: typeof name === 'number' ? null : name,
        })),
        cols: prepared.reader ? prepared.columns().map(({ name, type }) => ({ name, decltype: type })) : [],
        is_explain: /^explain\b/i.test(bare(sql)),
        is_readonly: !WRITES.test(bare(sql)),
      };
    } catch (error) {
      throw this.#asRefused(error);
    }
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#native.inTransaction) this.#native.exec('rollback');
    this.#native.close();
    this.#queue.release(this);
  }

  #run(sql: string, { args = [], named_args: named = [], want_rows: wantRows }: Statement): StatementResult {
    if (args.length > 0 && named.length > 0)
      throw new Refused('ARGS_BOTH_POSITIONAL_AND_NAMED', 'Specifying both positional and named arguments is not supported');
    const given =
      named.length > 0
        ? Object.fromEntries(named.map(({ name, value }) => [name.replace(/^[:@$]/, ''), decode(value)]))
        : args.map(decode);
    const prepared = this.#native.prepare(sql).safeIntegers();
    if (!prepared.reader) {
      const { changes, lastInsertRowid } = prepared.run(given);
      return { cols: [], rows: [], affected_row_count: changes, last_insert_rowid: String(lastInsertRowid) };
    }
    const cols = prepared.columns().map(({ name, type }) => ({ name, decltype: type }));
    const rows = prepared.raw().all(given);
    const isWrite = WRITES.test(bare(sql));
    const [changed] = isWrite ? this.#native.prepare('select changes(), last_insert_rowid()').raw().all([]) : [];
    let size = 0;
    const encoded = rows.map((row) =>
      row.map((value) => {
        const one = encode(value);
        size += 'base64' in one ? one.base64.length : 'value' in one ? String(one.value).length : 4;
        if (size > MAX_ANSWER) throw new Refused('RESPONSE_TOO_LARGE', 'Response is too large');
        return one;
      }),
    );
    return {
      cols,
      rows: wantRows === false ? [] : encoded,
      affected_row_count: Number(changed?.[0] ?? 0),
      last_insert_rowid: changed === undefined ? null : String(changed[1]),
    };
  }

  #asRefused(error: unknown): Error {
    if (!(error instanceof Error) || error instanceof Refused) return error as Error;
    const code = 'code' in error ? String(error.code) : '';
    if (!code.startsWith('SQLITE_')) return error;
    // The native driver cannot use a connection that was busy again (src/adapters/sqlite.ts).
    if (code.startsWith('SQLITE_BUSY')) {
      this.#native.close();
      this.#native = this.#open();
    }
    if (/syntax error|incomplete input/.test(error.message))
      return new Refused('SQL_PARSE_ERROR', `SQL string could not be parsed: ${error.message}`);
    if (/no such column/.test(error.message))
      return new Refused('SQL_INPUT_ERROR', `SQL input error: ${error.message} (at offset 7)`);
    // Of SQLite's codes the protocol has the first byte only, and its general error has no name.
    const basic = code === 'SQLITE_ERROR' ? 'SQLITE_UNKNOWN' : code.split('_').slice(0, 2).join('_');
    return new Refused(basic, `SQLite error: ${error.message}`);
  }
}

function decode(value: Value): Native {
  switch (value.type) {
    case 'null':
      return null;
    case 'integer':
      return BigInt(value.value);
    case 'float':
      return value.value;
    case 'text':
      if (value.value.length > MAX_VALUE) throw tooBig();
      return value.value;
    case 'blob': {
      const bytes = Buffer.from(value.base64, 'base64');
      if (bytes.length > MAX_VALUE) throw tooBig();
      return bytes;
    }
  }
}

const tooBig = () => new Refused('SQLITE_TOOBIG', 'SQLite error: string or blob too big');

function encode(value: Native): Value {
  if (value === null) return { type: 'null' };
  if (typeof value === 'bigint') return { type: 'integer', value: String(value) };
  if (typeof value === 'number') return { type: 'float', value };
  if (typeof value === 'string') return { type: 'text', value };
  return { type: 'blob', base64: Buffer.from(value).toString('base64').replace(/=+$/, '') };
}
