/** Turns logged values into plain data for JSON: errors with their causes, without secrets, cycles or throwing getters. */
import { Secret } from '../kernel/core/secret.ts';

const MAX_DEPTH = 10;

/** A copy of `fields` that holds plain data only. */
export function plain(fields: object): Record<string, unknown> {
  return entriesOf(fields, []);
}

function read(value: unknown, parents: readonly object[]): unknown {
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'function' || typeof value === 'symbol') return `[${typeof value}]`;
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Secret) return value.toString();
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (value instanceof URL) return value.href;
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return `[${value.byteLength} bytes]`;
  if (parents.includes(value)) return '[circular]';
  if (parents.length >= MAX_DEPTH) return '[too deep]';
  const below = [...parents, value];
  if (value instanceof Error) return errorOf(value, below);
  if (Array.isArray(value)) return value.map((item) => read(item, below));
  if (value instanceof Set) return [...value].map((item) => read(item, below));
  if (value instanceof Map || value instanceof Headers) return entriesOf(Object.fromEntries(value.entries()), below);
  return entriesOf(value, below);
}

function entriesOf(value: object, parents: readonly object[]): Record<string, unknown> {
  return Object.fromEntries(Object.keys(value).map((name) => [name, attempt(() => read(Reflect.get(value, name), parents))]));
}

/** Getters and proxies may throw when they are read. */
function attempt(read: () => unknown): unknown {
  try {
    return read();
  } catch {
    return '[unreadable]';
  }
}

/** `code` is renamed to `errorCode`: a field called `code` is redacted as a login code. */
function errorOf(error: Error, parents: readonly object[]): Record<string, unknown> {
  const { name, cause } = error;
  const message = withoutParameters(error);
  const stack = error.stack?.replace(error.message, () => message);
  return {
    name,
    message,
    ...('code' in error ? { errorCode: read(error.code, parents) } : {}),
    stack,
    ...(cause === undefined ? {} : { cause: read(cause, parents) }),
    ...(error instanceof AggregateError ? { errors: read(error.errors, parents) } : {}),
  };
}

/** Drizzle puts the parameters of a failed query into its message: e-mail addresses, password hashes, whole documents. */
function withoutParameters(error: Error): string {
  return 'query' in error && 'params' in error ? `Failed query: ${String(error.query)}` : error.message;
}
