/** Personal API keys: shown once, stored as a hash, never wider than what their owner is entitled to now. */
import { base64url } from 'jose';
import { AppError } from '../core/errors.ts';
import type { Background, Clock, Ids } from '../core/ports.ts';
import { deleteApiKey, findApiKey, insertApiKey, listApiKeys, touchApiKey } from '../db/api-keys.ts';
import type { ApiKey, Database } from '../db/types.ts';
import { type Actor, entitledScopes, type Scope } from '../model/actor.ts';

export interface NewApiKey {
  readonly name: string;
  /** The creator's own where left out; more than those is refused. */
  readonly scopes?: readonly Scope[];
  /** Unix ms, in the future. */
  readonly expiresAt?: number;
}

export interface ApiKeys {
  /** `key` is handed out this once. Throws `forbidden` for scopes its creator lacks, `conflict` past the limit. */
  create(actor: Actor, input: NewApiKey): Promise<{ key: string; record: ApiKey }>;
  /** Whom the key stands for; undefined for one that is unknown, expired, or whose owner is inactive. */
  resolve(key: string): Promise<Actor | undefined>;
  list(userId: string): Promise<ApiKey[]>;
  remove(userId: string, id: string): Promise<boolean>;
}

/** Lets scanners of leaked secrets, and our own lock, tell a key from a token at sight. */
const PREFIX = 'pharos_';
const FORM = /^pharos_[\w-]{43}$/;
const SHOWN_CHARACTERS = 12;
const MAX_KEYS = 100;
/** `last_used_at` is exact to this: a write per request would cost more than it tells. */
const TOUCH_MS = 60_000;

/** 256 random bits need no slow hash: there is nothing to guess. */
async function hashOf(key: string): Promise<string> {
  return base64url.encode(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(key))));
}

/** Whether a text has the form of a personal key. */
export const looksLikeApiKey = (text: string): boolean => FORM.test(text);

interface Dependencies {
  readonly db: Database;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly background: Background;
}

export function createApiKeys({ db, clock, ids, background }: Dependencies): ApiKeys {
  return {
    create: async (actor, { name, scopes = actor.scopes, expiresAt }) => {
      const beyond = scopes.filter((scope) => !actor.scopes.includes(scope));
      if (beyond.length > 0) throw new AppError('forbidden', `You do not have the scope ${beyond.join(' ')} yourself`);
      if ((await listApiKeys(db, actor.userId)).length >= MAX_KEYS) {
        throw new AppError('conflict', `There are ${MAX_KEYS} API keys already; delete one first`);
      }
      const key = PREFIX + base64url.encode(crypto.getRandomValues(new Uint8Array(32)));
      const record: ApiKey = {
        id: ids.next(),
        userId: actor.userId,
        name,
        prefix: key.slice(0, SHOWN_CHARACTERS),
        hash: await hashOf(key),
        scopes: [...scopes],
        expiresAt: expiresAt ?? null,
        lastUsedAt: null,
        createdAt: clock.now(),
      };
      await insertApiKey(db, record);
      return { key, record };
    },

    resolve: async (given) => {
      if (!looksLikeApiKey(given)) return undefined;
      const found = await findApiKey(db, await hashOf(given));
      const now = clock.now();
      if (!found?.user.active || (found.key.expiresAt !== null && found.key.expiresAt <= now)) return undefined;
      const { key, user } = found;
      if (key.lastUsedAt === null || key.lastUsedAt < now - TOUCH_MS) {
        background.run('note the use of an API key', () => touchApiKey(db, key.id, now, now - TOUCH_MS));
      }
      return {
        kind: 'user',
        userId: user.id,
        username: user.username,
        tier: user.tier,
        scopes: entitledScopes(user.tier).filter((scope) => key.scopes.includes(scope)),
        sessionId: null,
        tokenId: null,
      };
    },

    list: (userId) => listApiKeys(db, userId),
    remove: (userId, id) => deleteApiKey(db, userId, id),
  };
}
