/** What the value of a setting may be: schemas that parse a non-empty text of the environment. */
import ipaddr from 'ipaddr.js';
import { z } from 'zod';
import { isHost } from './urls.ts';

export const text = z.string();
export const integer = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,15}$/)
    .transform(Number)
    .refine((n) => n >= min && n <= max);
export const boolean = z
  .string()
  .toLowerCase()
  .pipe(z.enum(['true', 'false', '1', '0']))
  .transform((value) => value === 'true' || value === '1');
export const oneOf = <const T extends readonly [string, ...string[]]>(values: T) => z.enum(values);
/** No URL can hold `.` or `..` as a part of its path, encoded or not. */
export const segment = text.regex(/^(?!\.{1,2}$)/);
export const host = text.refine(isHost);
export const url = (...protocols: string[]) =>
  z.string().refine((value) => URL.canParse(value) && protocols.includes(new URL(value).protocol) && value.includes('://'));
/** Printed with the configuration, and refused by `fetch` otherwise: a user and password have no place in it. */
export const webUrl = url('http:', 'https:').refine(
  (value) => !URL.canParse(value) || new URL(value).username + new URL(value).password === '',
);
/** Paths are appended to it. */
export const baseUrl = webUrl.refine((value) => !/[?#]/.test(value)).transform((value) => value.replace(/\/+$/, ''));
export const WEB_URL = 'an http or https URL without user and password';
export const BASE_URL = 'an http or https URL without user, password, query and fragment';
export const list = z.string().transform((value) =>
  value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== ''),
);

/** In full: the parser would also take `10` (for 0.0.0.10), octal and hexadecimal. */
const isAddress = (value: string) => ipaddr.IPv4.isValidFourPartDecimal(value) || ipaddr.IPv6.isValid(value);
/** `10.0.0.0/8` or a single address, which stands for itself. */
export const isCidr = (value: string) => {
  const [address = '', ...bits] = value.split('/');
  return isAddress(address) && (bits.length === 0 || ipaddr.isValidCIDR(value));
};
export const isOrigin = (value: string) =>
  value === '*' || (URL.canParse(value) && new URL(value).origin === value && /^https?:/.test(value));

export const DATABASE_SCHEMES = /^(?:sqlite(?:\+aiosqlite)?|file|libsql|https?|postgres|postgresql(?:\+asyncpg)?):/;
