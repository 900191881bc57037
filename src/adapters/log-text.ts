/** Log records as readable lines: `12:30:05.123 INFO  api  started port=8000`, with an error's stack below. */
import type { LogRecord } from '@logtape/logtape';

const LEVELS: Readonly<Record<string, string>> = { debug: 'DEBUG', info: 'INFO ', warning: 'WARN ', error: 'ERROR' };

/** A value without white space, quotes, equals signs or control characters needs no quotes. */
const BARE = /^[^\s"=\p{Cc}]+$/u;

/** Control characters are escaped, so that a logged value can neither start a line nor control the terminal. */
const escapeControls = (text: string) =>
  text.replace(/\p{Cc}/gu, (control) => (control === '\n' ? '\\n' : `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`));

function textOf(value: unknown): string {
  if (typeof value === 'string' && BARE.test(value)) return value;
  return escapeControls(JSON.stringify(value) ?? 'undefined');
}

interface LoggedError {
  readonly name: string;
  readonly message: string;
  readonly stack?: string;
  readonly cause?: unknown;
}

const isError = (value: unknown): value is LoggedError =>
  typeof value === 'object' && value !== null && 'name' in value && 'message' in value && 'stack' in value;

/** The stack of an error and of its causes, each line indented. */
function stackOf(error: LoggedError, prefix = ''): string {
  const lines = (error.stack ?? `${error.name}: ${error.message}`).split('\n').map((line) => `    ${escapeControls(line)}\n`);
  const [first = '', ...rest] = lines;
  const own = `${first.replace(/^ {4}/, `    ${prefix}`)}${rest.join('')}`;
  return isError(error.cause) ? `${own}${stackOf(error.cause, 'caused by ')}` : own;
}

/** Formats a redacted record; the line ends with a newline. */
export function formatText({ level, message, properties, timestamp }: LogRecord): string {
  const { service, ...fields } = properties;
  const time = new Date(timestamp).toISOString().slice(11, 23);
  const head = `${time} ${LEVELS[level] ?? level} ${service === undefined ? '' : `${String(service).padEnd(6)} `}`;
  const errors = Object.values(fields).filter(isError);
  const shown = Object.entries(fields)
    .map(([name, value]) => ` ${escapeControls(name)}=${textOf(isError(value) ? value.message : value)}`)
    .join('');
  return `${head}${escapeControls(String(message[0]))}${shown}\n${errors.map((error) => stackOf(error)).join('')}`;
}
