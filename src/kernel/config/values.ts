/** Schemas of values, each parsing a non-empty text of the environment and describing what it accepts. */
import ipaddr from 'ipaddr.js';
import { z } from 'zod';
import { trimEndOf } from '../core/trim.ts';
import { isHost } from './urls.ts';

/** Any text; `expected` says what it means, such as "a token". */
export const text = (expected: string) => z.string().describe(expected);

export const minLength = (characters: number) => z.string().min(characters).describe(`at least ${characters} characters`);

/** Decimal digits only; `noun` says what they count. */
export const integer = (min: number, max: number, noun = 'a whole number') =>
  z
    .string()
    .regex(/^\d{1,15}$/)
    .transform(Number)
    .refine((n) => n >= min && n <= max)
    .describe(`${noun} from ${min} to ${max}`);

export const port = integer(1, 65535, 'a port number');
/** 0 lets the operating system choose a free port. */
export const listeningPort = integer(0, 65535, 'a port number');

export const boolean = z
  .string()
  .toLowerCase()
  .pipe(z.enum(['true', 'false', '1', '0']))
  .transform((value) => value === 'true' || value === '1')
  .describe('true or false');

export const oneOf = <const T extends readonly [string, string, ...string[]]>(values: T) =>
  z.enum(values).describe(values.length === 2 ? values.join(' or ') : `one of ${values.join(', ')}`);

/** Not `.` or `..`: a URL cannot hold them as a part of its path, encoded or not. */
export const databaseName = z
  .string()
  .regex(/^(?!\.{1,2}$)/)
  .describe('a name');

export const host = z.string().refine(isHost).describe('a host name or address');

export const url = (...protocols: readonly string[]) =>
  z
    .string()
    .refine((value) => URL.canParse(value) && protocols.includes(new URL(value).protocol) && value.includes('://'))
    .describe(`a URL that starts with ${protocols.join('// or ')}//`);

/** Without credentials: the URL is printed with the configuration, and `fetch` rejects a URL that holds them. */
export const webUrl = url('http:', 'https:')
  .refine((value) => !URL.canParse(value) || new URL(value).username + new URL(value).password === '')
  .describe('an http or https URL without user and password');

/** A web URL to which paths are appended; trailing slashes are dropped. */
export const baseUrl = webUrl
  .refine((value) => !/[?#]/.test(value))
  .transform((value) => trimEndOf(value, '/'))
  .describe('an http or https URL without user, password, query and fragment');

const list = z.string().transform((value) =>
  value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== ''),
);

/** At least one of the values, each once. */
export const someOf = <const T extends readonly [string, string, ...string[]]>(values: T) =>
  list
    .pipe(z.array(z.enum(values)).min(1).max(100))
    .transform((items) => [...new Set(items)])
    .describe(`some of ${values.join(', ')}, comma-separated`);

/** Several of them. */
export const baseUrls = list
  .pipe(z.array(baseUrl).min(1).max(100))
  .describe('http or https URLs without user, password, query and fragment, comma-separated');

export const origins = list
  .refine((items) => items.every(isOrigin))
  .describe('origins such as https://app.example.org, comma-separated, or *');

export const cidrRanges = list.refine((items) => items.every(isCidr)).describe('CIDR ranges such as 10.0.0.0/8, comma-separated');

export const databaseUrl = z
  .string()
  .regex(/^(?:sqlite(?:\+aiosqlite)?|file|libsql|https?|postgres|postgresql(?:\+asyncpg)?):/)
  .describe('a URL that starts with sqlite:, file:, libsql:, postgres: or postgresql:');

export const privateKey = z
  .string()
  .regex(/^-----BEGIN PRIVATE KEY-----[\s\S]+-----END PRIVATE KEY-----\s*$/)
  .describe('a PKCS #8 private key in PEM');

/** Complete addresses only: the parser would also accept `10` (for 0.0.0.10), octal and hexadecimal. */
const isAddress = (value: string) => ipaddr.IPv4.isValidFourPartDecimal(value) || ipaddr.IPv6.isValid(value);

/** `10.0.0.0/8`, or a single address. */
function isCidr(value: string): boolean {
  const [address = '', ...bits] = value.split('/');
  return isAddress(address) && (bits.length === 0 || ipaddr.isValidCIDR(value));
}

const isOrigin = (value: string) =>
  value === '*' || (URL.canParse(value) && new URL(value).origin === value && /^https?:/.test(value));
