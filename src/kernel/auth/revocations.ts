/**
 * Revoked tokens (`jti:<id>`) and sessions (`sid:<id>`). A revocation is written to the database, then to the store, and
 * checked in the store first. The database decides while the store is down, and for one access-token lifetime after the
 * store came back empty or missed a revocation. docs/architecture.md, "Credentials".
 */
import type { Config } from '../config/config.ts';
import type { Log } from '../core/log.ts';
import type { Clock } from '../core/ports.ts';
import { anyRevoked, insertRevocation, liveRevocations, revocationsSince } from '../db/revocations.ts';
import type { Database } from '../db/types.ts';
import type { KeyValue } from '../kv/key-value.ts';
import type { Limiter } from '../rate-limits/limiter.ts';

export interface Revocations {
  /** `expiresAt`: Unix ms after which every affected token has expired. */
  revoke(key: string, expiresAt: number): Promise<void>;
  /** Writes to the store what a transaction of the caller's has written to the database. */
  publish(keys: readonly string[], expiresAt: number): Promise<void>;
  isRevoked(keys: readonly string[]): Promise<boolean>;
  /**
   * Copies revocations from the database to the store. Called every second for the in-memory store, which other processes
   * such as the CLI cannot write to.
   */
  syncFromDatabase(): Promise<void>;
  /**
   * Copies every revocation to an empty store of this process alone, which is trusted from then on. Called before the process
   * serves. Where there are more than 100,000, the database decides as after any loss of the store.
   */
  fillFromDatabase(): Promise<void>;
  /** The store's keys to read, for `isRevokedGiven`; they can be read together with other keys. */
  cacheKeys(keys: readonly string[]): string[];
  /** Whether any of `keys` is revoked, given the store's `values` of `cacheKeys(keys)`; undefined if the store failed. */
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

/** Unix ms since when the store has held every revocation. A store that lost its data lost this key as well. */
const EPOCH_KEY = 'revocations:epoch';
const EPOCH_TTL_MS = 30 * 86_400_000;
/** Longer than the time between a row's timestamp and its commit. */
const OVERLAP_MS = 15_000;
const MAX_FILLED = 100_000;

export function createRevocations({ db, kv, limiter, clock, log, config }: Dependencies): Revocations {
  const lifetimeMs = config.auth.accessTokenSeconds * 1000;
  let distrustUntil = 0;
  /** Whether the epoch must restart, which tells other processes that the store missed a revocation. */
  let epochIsStale = false;

  async function revoke(key: string, expiresAt: number): Promise<void> {
    const now = clock.now();
    if (expiresAt <= now) return;
    try {
      await insertRevocation(db, key, expiresAt, now);
    } finally {
      // In the store at least, where the database has no room or is away; the caller hears of that all the same.
      await publish([key], expiresAt);
    }
  }

  async function publish(keys: readonly string[], expiresAt: number): Promise<void> {
    try {
      const ttlMs = expiresAt - clock.now();
      for (const key of keys) await kv.set(`revoked:${key}`, '1', { ttlMs });
    } catch (error) {
      log.warning('a revocation is in the database only: the store rejected the write', { error });
      // The store may recover without this revocation, so it is not trusted until every affected token has expired.
      distrustUntil = Math.max(distrustUntil, expiresAt);
      epochIsStale = true;
    }
  }

  async function renewEpoch(now: number): Promise<void> {
    // Reset before the write, so that a revocation missed meanwhile sets it again.
    epochIsStale = false;
    await kv.set(EPOCH_KEY, String(now), { ttlMs: EPOCH_TTL_MS }).catch(() => {
      epochIsStale = true;
    });
  }

  const cacheKeys = (keys: readonly string[]) => [EPOCH_KEY, ...keys.map((key) => `revoked:${key}`)];

  async function isRevokedGiven(keys: readonly string[], values: readonly (string | undefined)[] | undefined): Promise<boolean> {
    const now = clock.now();
    if (values) {
      if (epochIsStale) await renewEpoch(now);
      const [epoch, ...found] = values;
      if (found.some((value) => value !== undefined)) return true;
      if (epoch !== undefined && now - Number(epoch) >= lifetimeMs && now >= distrustUntil) return false;
      if (epoch === undefined) {
        await kv.set(EPOCH_KEY, String(now), { ttlMs: EPOCH_TTL_MS, onlyIfAbsent: true }).catch(() => undefined);
      }
    }
    return anyRevoked(db, keys, now);
  }

  let syncedUpTo = clock.now();

  async function syncFromDatabase(): Promise<void> {
    const now = clock.now();
    for (const { key, expiresAt } of await revocationsSince(db, syncedUpTo - OVERLAP_MS, now)) {
      await kv.set(`revoked:${key}`, '1', { ttlMs: expiresAt - now });
    }
    syncedUpTo = now;
  }

  async function fillFromDatabase(): Promise<void> {
    const now = clock.now();
    const live = await liveRevocations(db, now, MAX_FILLED + 1);
    if (live.length > MAX_FILLED) return;
    for (const { key, expiresAt } of live) await kv.set(`revoked:${key}`, '1', { ttlMs: expiresAt - now });
    // What is committed while this reads is copied by the next `syncFromDatabase`.
    syncedUpTo = now;
    await kv.set(EPOCH_KEY, String(now - lifetimeMs), { ttlMs: EPOCH_TTL_MS });
  }

  return {
    revoke,
    publish,
    syncFromDatabase,
    fillFromDatabase,
    cacheKeys,
    isRevokedGiven,
    isRevoked: async (keys) => isRevokedGiven(keys, (await limiter.consume({ read: cacheKeys(keys) })).values),
  };
}
