/** Password hashes: scrypt. The bcrypt hashes of the earlier Python service verify as well and are replaced at login. */
import { compare } from 'bcryptjs';
import { AppError } from '../kernel/core/errors.ts';
import type { PasswordHasher } from '../kernel/core/ports.ts';
import { createScryptHasher, type ScryptParameters } from './scrypt.ts';
import { createTurns, type Turns } from './turns.ts';

const BCRYPT = /^\$2[abxy]\$(\d\d)\$[./A-Za-z0-9]{53}$/;
/** A higher cost would take minutes per login; the earlier Python service made no such hash. */
const MAX_BCRYPT_COST = 14;

const isBcrypt = (stored: string): boolean => Number(BCRYPT.exec(stored)?.[1] ?? Number.NaN) <= MAX_BCRYPT_COST;

/** Seconds after which a refused login may be tried again: about half of what a full line takes. */
const RETRY_S = 3;

/**
 * Two hashes at once: each holds 32 MiB, and Node's thread pool has four threads for all work. A line of 128 is hashed in
 * about 4 s, so that every accepted caller has a result within 5 s. One address may hold a quarter of the line.
 */
export const hashingTurns = (): Turns =>
  createTurns({
    max: 2,
    maxWaiting: 128,
    maxWaitingPerKey: 32,
    waitMs: 5000,
    refused: () => new AppError('unavailable', 'Too many passwords are being checked; try again', { retryAfter: RETRY_S }),
  });

/** `hasher` in turns. A caller without a turn of its own shares one with all others that have none. */
export const inTurns = (hasher: PasswordHasher, turns: Turns): PasswordHasher => ({
  hash: (password, turn = '') => turns.run(turn, () => hasher.hash(password)),
  verify: (password, stored, turn = '') => turns.run(turn, () => hasher.verify(password, stored)),
  needsRehash: hasher.needsRehash,
});

export function createPasswordHasher(parameters?: ScryptParameters, turns: Turns = hashingTurns()): PasswordHasher {
  const scrypt = createScryptHasher(parameters);
  return inTurns(
    {
      hash: scrypt.hash,
      verify: (password, stored) => (isBcrypt(stored) ? compare(password, stored) : scrypt.verify(password, stored)),
      needsRehash: (stored) => isBcrypt(stored) || scrypt.needsRehash(stored),
    },
    turns,
  );
}
