/** Passwords: hashed by scrypt; hashes that the predecessor made with bcrypt still verify and are replaced at login. */
import { compare } from 'bcryptjs';
import type { PasswordHasher } from '../kernel/core/ports.ts';
import { createScryptHasher, type ScryptParameters } from './scrypt.ts';

const BCRYPT = /^\$2[abxy]\$(\d\d)\$[./A-Za-z0-9]{53}$/;
/** A cost of more would take a login minutes; no such hash was ever made by the predecessor. */
const MAX_BCRYPT_COST = 14;

const isBcrypt = (stored: string): boolean => Number(BCRYPT.exec(stored)?.[1] ?? Number.NaN) <= MAX_BCRYPT_COST;

export function createPasswordHasher(parameters?: ScryptParameters, concurrency?: number): PasswordHasher {
  const scrypt = createScryptHasher(parameters, concurrency);
  return {
    hash: scrypt.hash,
    verify: (password, stored) => (isBcrypt(stored) ? compare(password, stored) : scrypt.verify(password, stored)),
    needsRehash: (stored) => isBcrypt(stored) || scrypt.needsRehash(stored),
  };
}
