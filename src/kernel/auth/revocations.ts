/**
 * Revoked tokens (`jti:<id>`) and sessions (`sid:<id>`). Each is written to the database, then to the store; the store is
 * asked first. While it is down the database decides, and for one access token's life after it came back empty.
 */
import type { Config } from '../config.ts';
import { anyRevoked, insertRevocation } from '../db/revocations.ts';
import type { Database } from '../db/types.ts';
import type { KeyValue } from '../kv/key-value.ts';
import type { Log } from '../log.ts';
import type { Clock } from '../ports.ts';

export interface Revocations {
  /** `expiresAt`: Unix ms after which no token that it concerns can be alive. */
  revoke(key: string, expiresAt: number): Promise<void>;
  isRevoked(keys: readonly string[]): Promise<boolean>;
}

interface Dependencies {
  readonly db: Database;
  readonly kv: KeyValue;
  readonly clock: Clock;
  readonly log: Log;
  readonly config: Pick<Config, 'auth'>;
}

const EPOCH_KEY = 'revocations:epoch';
const EPOCH_TTL_MS = 30 * 86_400_000;

export function createRevocations({ db, kv, clock, log, config }: Dependencies): Revocations {
  const lifeMs = config.auth.accessTokenSeconds * 1000;
  let down = false;

  const storeFailed = (error: unknown) => {
    if (!down) log.warning('revocations: the store is down, the database decides', { error });
    down = true;
  };
  const storeAnswered = () => {
    if (down) log.info('revocations: the store is back');
    down = false;
  };

  async function revoke(key: string, expiresAt: number): Promise<void> {
    const now = clock.now();
    if (expiresAt <= now) return;
    await insertRevocation(db, key, expiresAt, now);
    try {
      await kv.set(`revoked:${key}`, '1', { ttlMs: expiresAt - now });
      storeAnswered();
    } catch (error) {
      storeFailed(error);
    }
  }

  /** True once the store has held its epoch for a token's life: until then it may have forgotten revocations. */
  async function storeIsSettled(now: number): Promise<boolean> {
    const since = await kv.get(EPOCH_KEY);
    if (since !== undefined) return now - Number(since) >= lifeMs;
    await kv.set(EPOCH_KEY, String(now), { ttlMs: EPOCH_TTL_MS, onlyIfAbsent: true });
    return false;
  }

  async function isRevoked(keys: readonly string[]): Promise<boolean> {
    const now = clock.now();
    try {
      const [settled, ...found] = await Promise.all([storeIsSettled(now), ...keys.map((key) => kv.get(`revoked:${key}`))]);
      storeAnswered();
      if (found.some((value) => value !== undefined)) return true;
      if (settled) return false;
    } catch (error) {
      storeFailed(error);
    }
    return anyRevoked(db, keys, now);
  }

  return { revoke, isRevoked };
}
