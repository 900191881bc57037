/** Password hashes by scrypt (RFC 7914) through node:crypto, which workerd has as well; stored as PHC strings. */
import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';
import type { PasswordHasher } from '../kernel/core/ports.ts';

export interface ScryptParameters {
  /** log2 of the cost N. */
  readonly ln: number;
  readonly r: number;
  readonly p: number;
}

/** N = 2^15, r = 8: 32 MiB and about 50 ms per hash. */
const DEFAULTS: ScryptParameters = { ln: 15, r: 8, p: 1 };
const KEY_BYTES = 32;
const MIN_KEY_BYTES = 16;
const SALT_BYTES = 16;

const PHC = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([\w+/]{1,128})\$([\w+/]{1,128})$/;

const encode = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64').replaceAll('=', '');

interface Stored {
  readonly parameters: ScryptParameters;
  readonly salt: Uint8Array;
  readonly key: Uint8Array;
}

/** RFC 7914 section 2 requires N below 2^(16 r). Pharos stores no parameters that need more than a gigabyte. */
const isFeasible = ({ ln, r, p }: ScryptParameters) =>
  ln >= 1 && r >= 1 && p >= 1 && ln < 16 * r && 2 ** ln * r * p * 128 <= 2 ** 30;

function parse(stored: string): Stored | undefined {
  const match = PHC.exec(stored);
  if (!match) return undefined;
  const [, ln, r, p, salt = '', key = ''] = match;
  const parameters = { ln: Number(ln), r: Number(r), p: Number(p) };
  if (!isFeasible(parameters)) return undefined;
  const bytes = Buffer.from(key, 'base64');
  // An empty key would equal that of every password.
  if (bytes.length < MIN_KEY_BYTES) return undefined;
  return { parameters, salt: Buffer.from(salt, 'base64'), key: bytes };
}

function derive(password: string, salt: Uint8Array, { ln, r, p }: ScryptParameters, length: number): Promise<Buffer> {
  const options: ScryptOptions = { N: 2 ** ln, r, p, maxmem: (2 ** ln + p) * r * 128 * 2 + 2 ** 20 };
  return new Promise((resolve, reject) => {
    scrypt(password, salt, length, options, (error, key) => (error ? reject(error) : resolve(key)));
  });
}

/** Takes no turns: passwords.ts limits how many hashes are computed at once. */
export function createScryptHasher(parameters: ScryptParameters = DEFAULTS): PasswordHasher {
  return {
    hash: async (password) => {
      const salt = randomBytes(SALT_BYTES);
      const key = await derive(password, salt, parameters, KEY_BYTES);
      const { ln, r, p } = parameters;
      return `$scrypt$ln=${ln},r=${r},p=${p}$${encode(salt)}$${encode(key)}`;
    },
    verify: async (password, stored) => {
      const parsed = parse(stored);
      if (!parsed) return false;
      const key = await derive(password, parsed.salt, parsed.parameters, parsed.key.length);
      return timingSafeEqual(key, parsed.key);
    },
    needsRehash: (stored) => {
      const parsed = parse(stored);
      return (
        !parsed ||
        parsed.parameters.ln < parameters.ln ||
        parsed.parameters.r < parameters.r ||
        parsed.parameters.p < parameters.p
      );
    },
  };
}
