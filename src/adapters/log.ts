/**
 * The Log port on LogTape: its JSON Lines formatter and its redaction, without its global configuration, so that two
 * services of one process (and two tests) never share a logger. Runs on Workers as it does on Node.
 */
import { getJsonLinesFormatter, type LogRecord, type Sink } from '@logtape/logtape';
import { redactByField, redactByPattern } from '@logtape/redaction';
import { LOG_LEVELS, type Log, type LogFields, type LogLevel } from '../kernel/core/log.ts';
import { plain } from './log-values.ts';

export interface LogOptions {
  readonly level: LogLevel;
  /** Takes one line of JSON, its newline included. */
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

/** Secret where they hold text; as numbers they are counts and exit codes. */
const SECRET_TEXT_FIELDS = [/token(?!_?type)/i, /^(?:code|state|ticket|nonce|key)$/i];

/** Bounded wherever they repeat: a line costs time in proportion to its length, whatever is in it. */
const SECRET_VALUES = [
  { pattern: /\beyJ[\w-]{5,}(?:\.[\w-]*)*/g, replacement: REDACTED },
  // Our API keys and refresh tokens, by their forms.
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

/** Whether a line may hold any of them, JSON's escapes or not: most lines do not, and cost a third less for it. */
const SUSPICIOUS = /eyJ|pharos_|pr1\.|bearer|basic|:\/\/|[?&#][\w-]*=|private key/i;

/** Values before they are JSON: a pattern over the finished line could reach from one field into the next. */
const withoutSecretValues = redactByPattern(({ message, properties }: LogRecord) => [message[0], properties], SECRET_VALUES);

const format = getJsonLinesFormatter({ properties: 'flatten', lineEnding: 'lf' });

/** The formatter's own names, which a field must not take the place of. */
const RESERVED = new Set(['@timestamp', 'level', 'message', 'logger']);

/** Never throws for what it is given to log. */
export function createLog({ level, write, fields = {} }: LogOptions): Log {
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
    // As a list the message is no template, in which `{name}` would stand for a field.
    const rawMessage = Object.assign([message], { raw: [message] });
    sink({ category: ['pharos'], level, message: [message], rawMessage, timestamp: Date.now(), properties });
  };
  return {
    debug: method('debug'),
    info: method('info'),
    warning: method('warning'),
    error: method('error'),
    with: (more) => at(lowest, sink, { ...fields, ...more }),
  };
}
