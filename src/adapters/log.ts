/**
 * The Log port on LogTape: its JSON Lines formatter and its redaction. LogTape's global configuration is not used, so two
 * services of one process, or two tests, do not share a logger. Runs on Workers and on Node.
 */
import { getJsonLinesFormatter, type LogRecord, type Sink } from '@logtape/logtape';
import { redactByField, redactByPattern } from '@logtape/redaction';
import { LOG_LEVELS, type Log, type LogFields, type LogFormat, type LogLevel } from '../kernel/core/log.ts';
import { formatText } from './log-text.ts';
import { plain } from './log-values.ts';

export interface LogOptions {
  readonly level: LogLevel;
  /** JSON Lines by default. Redaction is the same in both. */
  readonly format?: LogFormat;
  /** Takes one record, its newline included. */
  readonly write: (line: string) => void;
  readonly fields?: LogFields;
}

const REDACTED = '[redacted]';

const SECRET_FIELDS = [
  /pass(?:word|phrase|wd)/i,
  /secret/i,
  /authorization/i,
  /cookie/i,
  /api[-_]?key/i,
  /signature/i,
  /private[-_]?key/i,
  /verifier/i,
];

/** Redacted where they hold text or an object; numbers under these names are counts and exit codes. */
const SECRET_TEXT_FIELDS = [/token(?!_?type)/i, /^(?:code|state|ticket|nonce|key)$/i];

/** Every repetition is bounded or cannot backtrack, so a pattern takes time linear in the line's length. */
const SECRET_VALUES = [
  { pattern: /\beyJ[\w-]{5,}(?:\.[\w-]*)*/g, replacement: REDACTED },
  // API keys and refresh tokens of Pharos.
  { pattern: /\bpharos_[\w-]{43}/g, replacement: REDACTED },
  { pattern: /\bpr1\.[\w-]{8,}(?:\.[\w-]*)*/g, replacement: REDACTED },
  { pattern: /\b(Bearer|Basic)\s+[\w.~+/=-]{8,}/gi, replacement: `$1 ${REDACTED}` },
  { pattern: /(\b[a-z][\w+.-]{0,20}:\/\/[^\s:/@]{0,256}:)[^\s/]{1,1024}@/gi, replacement: `$1${REDACTED}@` },
  {
    pattern: /([?&#](?:code|state|ticket|key|api[-_]?key|signature|(?:\w{0,20}[-_])?(?:token|secret|password))=)[^&#\s]+/gi,
    replacement: `$1${REDACTED}`,
  },
  { pattern: /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, replacement: REDACTED },
];

/** A cheap test for lines that may hold one of them, escaped or not. Most do not, which saves a third of the time. */
const SUSPICIOUS = /eyJ|pharos_|pr1\.|bearer|basic|:\/\/|[?&#][\w-]*=|private key/i;

/** Applied to the values, not to the finished line, where a pattern could match from one field into the next. */
const withoutSecretValues = redactByPattern(({ message, properties }: LogRecord) => [message[0], properties], SECRET_VALUES);

const FORMATTERS: Readonly<Record<LogFormat, (record: LogRecord) => string>> = {
  json: getJsonLinesFormatter({ properties: 'flatten', lineEnding: 'lf' }),
  text: formatText,
};

/** Names that the JSON formatter sets itself: a field with such a name gets the prefix `field_`. */
const RESERVED = new Set(['@timestamp', 'level', 'message', 'logger']);

/** Creates a log whose methods do not throw, whatever values they are given. */
export function createLog({ level, format: formatName = 'json', write, fields = {} }: LogOptions): Log {
  const format = FORMATTERS[formatName];
  const print: Sink = (record) => {
    const line = format(record);
    if (!SUSPICIOUS.test(line)) return write(line);
    const [message, properties] = withoutSecretValues(record) as [string, Record<string, unknown>];
    write(format({ ...record, message: [message], properties }));
  };
  const byText = redactByField(print, {
    fieldPatterns: SECRET_TEXT_FIELDS,
    action: (value) => (typeof value === 'string' || typeof value === 'object' ? REDACTED : value),
  });
  const sink = redactByField(byText, { fieldPatterns: SECRET_FIELDS, action: () => REDACTED });
  return at(LOG_LEVELS.indexOf(level), sink, fields);
}

function at(lowest: number, sink: Sink, fields: LogFields): Log {
  const method = (level: LogLevel) => (message: string, more?: LogFields) => {
    if (LOG_LEVELS.indexOf(level) < lowest) return;
    const properties = Object.fromEntries(
      Object.entries(plain({ ...fields, ...more })).map(([name, value]) => [RESERVED.has(name) ? `field_${name}` : name, value]),
    );
    // LogTape replaces `{name}` in a message that is a template; a list is taken as it is.
    const rawMessage = Object.assign([message], { raw: [message] });
    sink({ category: ['pharos'], level, message: [message], rawMessage, timestamp: Date.now(), properties });
  };
  return {
    debug: method('debug'),
    info: method('info'),
    warning: method('warning'),
    error: method('error'),
  };
}
