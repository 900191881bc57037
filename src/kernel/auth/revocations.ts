/**
 * Revoked tokens (`jti:<id>`) and sessions (`sid:<id>`). Each is written to the database, then to the store; the store is
 * asked first. While it is down the database decides, and for one access token's life after it came back empty or lacking a
 * revocation that it could not be given.
 */
import type { Config } from '../config/config.ts';
import type { Log } from '../core/log.ts';
import type { Clock } from '../core/ports.ts';
import { anyRevoked, insertRevocation, revocationsSince } from '../db/revocations.ts';
import type { Database } from '../db/types.ts';
import type { KeyValue } from '../kv/key-value.ts';
import type { Limiter } from '../rate-limits/limiter.ts';

export interface Revocations {
  /** `expiresAt`: Unix ms after which no token that it concerns can be alive. */
  revoke(key: string, expiresAt: number): Promise<void>;
  isRevoked(keys: readonly string[]): Promise<boolean>;
  /**
   * Puts into the store what other processes revoked in the database alone: the command line has no part in a store that
   * lives in this process's memory. Called every second where the store is such a one.
   */
  syncFromDatabase(): Promise<void>;
  /** What to read from the store along with something else, for `judge`. */
  cacheKeys(keys: readonly string[]): string[];
  /** Whether any of `keys` is revoked, given what the store answered; undefined: it did not. */
  isRevokedGiven(keys: readonly string[], values: readonly (string | undefined)[] | undefined): Promise<boolean>;
}

interface Dependencies {
  readonly db: Database;
  readonly kv: KeyValue;
  readonly limiter: Limiter;
  readonly clock: Clock;
  readonly log: Log;
  readonly config: Pick<Config, 'auth'>;
}

/** Since when the store has held all revocations: a store that lost it lost them as well. */
const EPOCH_KEY = 'revocations:epoch';
const EPOCH_TTL_MS = 30 * 86_400_000;
/** Longer than a row takes from its timestamp to its commit. */
const OVERLAP_MS = 15_000;

export function createRevocations({ db, kv, limiter, clock, log, config }: Dependencies): Revocations {
  const lifeMs = config.auth.accessTokenSeconds * 1000;
  let distrustUntil = 0;
  /** Other processes do not know what the store missed: they learn it from an epoch that begins anew. */
  let epochIsStale = false;

  async function revoke(key: string, expiresAt: number): Promise<void> {
    const now = clock.now();
    if (expiresAt <= now) return;
    await insertRevocation(db, key, expiresAt, now);
    try {
      await kv.set(`revoked:${key}`, '1', { ttlMs: expiresAt - now });
    } catch (error) {
      log.warning('a revocation is in the database alone: the store does not take it', { error });
      // The store may answer again while it lacks this one: until no token can need it, it must not be trusted.
      distrustUntil = Math.max(distrustUntil, expiresAt);
      epochIsStale = true;
    }
  }

  async function renewEpoch(now: number): Promise<void> {
    // Lowered first: a revocation that is missed meanwhile raises it again.
    epochIsStale = false;
    await kv.set(EPOCH_KEY, String(now), { ttlMs: EPOCH_TTL_MS }).catch(() => {
      epochIsStale = true;
    });
  }

  const storeKeys = (keys: readonly string[]) => [EPOCH_KEY, ...keys.map((key) => `revoked:${key}`)];

  async function judge(keys: readonly string[], values: readonly (string | undefined)[] | undefined): Promise<boolean> {
    const now = clock.now();
    if (values) {
      if (epochIsStale) await renewEpoch(now);
      const [epoch, ...found] = values;
      if (found.some((value) => value !== undefined)) return true;
      if (epoch !== undefined && now - Number(epoch) >= lifeMs && now >= distrustUntil) return false;
      if (epoch === undefined) {
        await kv.set(EPOCH_KEY, String(now), { ttlMs: EPOCH_TTL_MS, onlyIfAbsent: true }).catch(() => undefined);
      }
    }
    return anyRevoked(db, keys, now);
  }

  let caughtUpTo = clock.now();

  async function catchUp(): Promise<void> {
    const now = clock.now();
    for (const { key, expiresAt } of await revocationsSince(db, caughtUpTo - OVERLAP_MS, now)) {
      await kv.set(`revoked:${key}`, '1', { ttlMs: expiresAt - now });
    }
    caughtUpTo = now;
  }

  return {
    revoke,
    syncFromDatabase: catchUp,
    cacheKeys: storeKeys,
    isRevokedGiven: judge,
    isRevoked: async (keys) => judge(keys, (await limiter.consume({ read: storeKeys(keys) })).values),
  };
}
