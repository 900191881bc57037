/**
 * The Log port on LogTape: its JSON Lines formatter and its redaction, without its global configuration, so that two
 * services of one process (and two tests) never share a logger. Runs on Workers as it does on Node.
 */
import { getJsonLinesFormatter, type LogRecord, type Sink } from '@logtape/logtape';
import { JWT_PATTERN, redactByField, redactByPattern } from '@logtape/redaction';
import { LOG_LEVELS, type Log, type LogFields, type LogLevel } from '../../kernel/log.ts';
import { Secret } from '../../kernel/secret.ts';

export interface LogOptions {
  readonly level: LogLevel;
  /** Takes one line of JSON, its newline included. */
  readonly write: (line: string) => void;
  readonly fields?: LogFields;
}

const SECRET_FIELDS = [
  /pass(?:word|phrase|wd)/i,
  /secret/i,
  /token(?!s$|_?type|_?count)/i,
  /authorization/i,
  /cookie/i,
  /api[-_]?key/i,
  /signature/i,
  /private[-_]?key/i,
  /verifier/i,
  /^(?:code|state|ticket|nonce|key)$/i,
];

const SECRET_VALUES = [
  JWT_PATTERN,
  { pattern: /\b(Bearer|Basic)\s+[\w.~+/=-]{8,}/gi, replacement: '$1 [redacted]' },
  { pattern: /(\w+:\/\/[^\s:/@]*:)[^\s@/]+@/g, replacement: '$1[redacted]@' },
];

const format = redactByPattern(getJsonLinesFormatter({ properties: 'flatten', lineEnding: 'lf' }), SECRET_VALUES);

export function createLog({ level, write, fields = {} }: LogOptions): Log {
  const print: Sink = (record: LogRecord) => {
    write(format(record));
  };
  const sink = redactByField(print, { fieldPatterns: SECRET_FIELDS, action: () => '[redacted]' });
  return at(LOG_LEVELS.indexOf(level), sink, fields);
}

function at(lowest: number, sink: Sink, fields: LogFields): Log {
  const method = (level: LogLevel) => (message: string, more?: LogFields) => {
    if (LOG_LEVELS.indexOf(level) < lowest) return;
    const properties = Object.fromEntries(Object.entries({ ...fields, ...more }).map(([name, value]) => [name, plain(value)]));
    sink({ category: [], level, message: [message], rawMessage: message, timestamp: Date.now(), properties });
  };
  return {
    debug: method('debug'),
    info: method('info'),
    warning: method('warning'),
    error: method('error'),
    with: (more) => at(lowest, sink, { ...fields, ...more }),
  };
}

/** Errors and secrets as data: JSON would make `{}` of the one and trusts the other to redact itself. */
function plain(value: unknown, depth = 0): unknown {
  if (value instanceof Secret) return value.toString();
  if (!(value instanceof Error) || depth > 5) return value;
  const { name, cause } = value;
  const message = withoutParameters(value);
  const stack = value.stack?.replace(value.message, () => message);
  const code = 'code' in value ? { errorCode: value.code } : {};
  return { name, message, ...code, stack, ...(cause === undefined ? {} : { cause: plain(cause, depth + 1) }) };
}

/** Drizzle writes a failed query's parameters into its message: e-mails, password hashes, whole documents. */
function withoutParameters(error: Error): string {
  return 'query' in error && 'params' in error ? `Failed query: ${String(error.query)}` : error.message;
}
