/** What a stream of the local libSQL server is asked: a statement, a batch of them with conditions, texts to keep. */
import { type Connection, Refused, type Statement, type StatementResult } from './hrana-connection.ts';

type Condition =
  | { readonly type: 'ok' | 'error'; readonly step: number }
  | { readonly type: 'not'; readonly cond: Condition }
  | { readonly type: 'and' | 'or'; readonly conds: readonly Condition[] }
  | { readonly type: 'is_autocommit' };
interface Batch {
  readonly steps: readonly { readonly stmt: Statement; readonly condition?: Condition | null }[];
}
interface Sql {
  readonly sql?: string | null;
  readonly sql_id?: number | null;
}
export type StreamRequest =
  | { readonly type: 'close' | 'get_autocommit' }
  | { readonly type: 'execute'; readonly stmt: Statement }
  | { readonly type: 'batch'; readonly batch: Batch }
  | ({ readonly type: 'sequence' | 'describe' } & Sql)
  | { readonly type: 'store_sql'; readonly sql_id: number; readonly sql: string }
  | { readonly type: 'close_sql'; readonly sql_id: number };

export interface Stream {
  readonly id: bigint;
  readonly sqls: Map<number, string>;
  connection: Connection | undefined;
  /** Of the baton that is valid next. */
  sequence: bigint;
  acquired: boolean;
  expiry: NodeJS.Timeout | undefined;
}

const MAX_SQLS = 50;
const MAX_SQL_BYTES = 5_000;

/** A violation of the protocol, or a stream that is no more: ends the request. */
export class Failed extends Error {
  readonly status: number;
  readonly body: string | { readonly message: string; readonly code: string } | { readonly error: string };
  constructor(status: number, body: Failed['body']) {
    super(JSON.stringify(body));
    this.status = status;
    this.body = body;
  }
}

/** Throws Refused where this request alone fails, Failed where the stream does. */
export async function answer(stream: Stream, request: StreamRequest, version: 2 | 3): Promise<object> {
  const { connection, sqls } = stream;
  if (connection === undefined) throw new Failed(400, 'Stream for this baton was closed');
  const textOf = ({ sql, sql_id: id }: Sql): string => {
    const text = sql ?? (id === null || id === undefined ? undefined : sqls.get(id));
    if (text === undefined) throw new Failed(400, `SQL text with ID ${id} not found`);
    return text;
  };
  const ended = () => connection.takeRollback() && new Refused('TRANSACTION_TIMEOUT', 'Transaction timed out');
  switch (request.type) {
    case 'close':
      connection.close();
      stream.connection = undefined;
      return {};
    case 'execute': {
      const refused = ended();
      if (refused) throw refused;
      return { result: await connection.execute(textOf(request.stmt), request.stmt) };
    }
    case 'batch':
      return { result: await runBatch(connection, request.batch, { version, textOf, refused: ended() || undefined }) };
    case 'sequence': {
      const refused = ended();
      if (refused) throw refused;
      for (const sql of splitStatements(textOf(request))) await connection.execute(sql);
      return {};
    }
    case 'describe':
      return { result: connection.describe(textOf(request)) };
    case 'store_sql':
      if (sqls.has(request.sql_id)) throw new Failed(400, `SQL text with ID ${request.sql_id} already exists`);
      if (sqls.size >= MAX_SQLS)
        throw new Refused('SQL_STORE_TOO_MANY', `The server already stores ${sqls.size} SQL texts, it cannot store more`);
      if (Buffer.byteLength(request.sql) > MAX_SQL_BYTES)
        throw new Refused('SQL_STORE_TOO_LARGE', `The statement is too large to be stored: ${request.sql.length} B/5.0 KB`);
      sqls.set(request.sql_id, request.sql);
      return {};
    case 'close_sql':
      sqls.delete(request.sql_id);
      return {};
    case 'get_autocommit':
      if (version < 3) throw new Failed(400, 'The `get_autocommit` request is only supported in protocol version 3 and higher');
      return { is_autocommit: connection.isAutocommit };
  }
}

interface BatchContext {
  readonly version: 2 | 3;
  readonly textOf: (sql: Sql) => string;
  /** In place of every step. */
  readonly refused: Refused | undefined;
}

async function runBatch(connection: Connection, { steps }: Batch, { version, textOf, refused }: BatchContext) {
  const results: (StatementResult | null)[] = [];
  const errors: ({ message: string; code: string } | null)[] = [];
  const holds = (condition: Condition): boolean => {
    switch (condition.type) {
      case 'ok':
        return results[condition.step] !== null && results[condition.step] !== undefined;
      case 'error':
        return errors[condition.step] !== null && errors[condition.step] !== undefined;
      case 'not':
        return !holds(condition.cond);
      case 'and':
        return condition.conds.every(holds);
      case 'or':
        return condition.conds.some(holds);
      case 'is_autocommit':
        if (version < 3) throw new Failed(400, 'BatchCond of type `is_autocommit` needs protocol version 3');
        return connection.isAutocommit;
    }
  };
  for (const { stmt, condition } of steps) {
    let [result, error]: [StatementResult | null, Refused | null] = [null, refused ?? null];
    if (refused === undefined && (!condition || holds(condition))) {
      try {
        result = await connection.execute(textOf(stmt), stmt);
      } catch (thrown) {
        if (!(thrown instanceof Refused)) throw thrown;
        error = thrown;
      }
    }
    results.push(result);
    errors.push(error && { message: error.message, code: error.code });
  }
  return { step_results: results, step_errors: errors };
}

/** At the semicolons that are neither in a text, a name or a comment nor within a trigger. */
function splitStatements(sql: string): string[] {
  const tokens = sql.match(/'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`|--[^\n]*|\/\*.*?\*\/|\w+|./gs) ?? [];
  const statements = [''];
  for (const token of tokens) {
    const current = statements.at(-1) as string;
    const inTrigger = /^\s*create\s+(?:temp\s+)?trigger\b/i.test(current) && !/\bend\s*$/i.test(current);
    if (token === ';' && !inTrigger) statements.push('');
    else statements[statements.length - 1] = current + token;
  }
  return statements.map((statement) => statement.trim()).filter((statement) => statement !== '');
}
