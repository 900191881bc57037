/** Personal API keys. A key is shown once and stored as a hash; its scopes never exceed its owner's current entitlement. */
import { base64url } from 'jose';
import { sha256Base64Url } from '../core/digest.ts';
import { AppError } from '../core/errors.ts';
import type { Background, Clock, Ids } from '../core/ports.ts';
import { deleteApiKey, findApiKey, insertApiKey, listApiKeys, touchApiKey } from '../db/api-keys.ts';
import type { ApiKey, Database } from '../db/types.ts';
import { type Verified, writeIfCurrent } from '../db/users.ts';
import { type Actor, entitledScopes, type Scope, withImpliedScopes } from '../model/actor.ts';
import { isSystemUser } from '../model/system-users.ts';

export interface NewApiKey {
  readonly name: string;
  /** Default: the creator's scopes. Scopes that the creator lacks are refused. */
  readonly scopes?: readonly Scope[];
  /** Unix ms, in the future. */
  readonly expiresAt?: number;
}

export interface ApiKeyCreator extends Verified {
  readonly scopes: readonly Scope[];
}

export interface ApiKeys {
  /**
   * `key` cannot be read again later. Throws `forbidden` for scopes that the creator lacks, `conflict` at 100 keys,
   * `unauthenticated` if the creator's account has changed since `credentialsEpoch`.
   */
  create(creator: ApiKeyCreator, input: NewApiKey): Promise<{ key: string; record: ApiKey }>;
  /** The actor of the key; undefined if the key is unknown or expired, or its owner is inactive or a system user. */
  resolve(key: string): Promise<Actor | undefined>;
  list(userId: string): Promise<ApiKey[]>;
  remove(userId: string, id: string): Promise<boolean>;
}

/** Lets secret scanners and the authentication middleware tell a key from a token. */
const PREFIX = 'pharos_';
const FORM = /^pharos_[\w-]{43}$/;
/** Characters of a key that are stored, to recognise it in a list. */
const SHOWN_CHARACTERS = 12;
const MAX_KEYS = 100;
/** Precision of `last_used_at`: a write per request would be too costly. */
const TOUCH_MS = 60_000;

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
    create: async (creator, { name, scopes: requested = creator.scopes, expiresAt }) => {
      const scopes = withImpliedScopes(requested);
      const held = withImpliedScopes(creator.scopes);
      const missing = scopes.filter((scope) => !held.includes(scope));
      if (missing.length > 0) {
        throw new AppError('forbidden', `A key cannot have scopes that you lack: ${missing.join(' ')}`);
      }
      const key = PREFIX + base64url.encode(crypto.getRandomValues(new Uint8Array(32)));
      const record: ApiKey = {
        id: ids.next(),
        userId: creator.userId,
        name,
        prefix: key.slice(0, SHOWN_CHARACTERS),
        // 256 random bits cannot be guessed, so a fast hash is enough.
        hash: await sha256Base64Url(key),
        scopes,
        expiresAt: expiresAt ?? null,
        lastUsedAt: null,
        createdAt: clock.now(),
      };
      const isWritten = await writeIfCurrent(db, creator, async (tx) => {
        if ((await listApiKeys(tx, creator.userId)).length >= MAX_KEYS) {
          throw new AppError('conflict', `You have ${MAX_KEYS} API keys, which is the maximum; delete one first`);
        }
        await insertApiKey(tx, record);
      });
      if (!isWritten) throw new AppError('unauthenticated', 'Your account was changed at the same time; log in again');
      return { key, record };
    },

    resolve: async (candidate) => {
      if (!looksLikeApiKey(candidate)) return undefined;
      const found = await findApiKey(db, await sha256Base64Url(candidate));
      const now = clock.now();
      if (!found?.user.active || isSystemUser(found.user) || (found.key.expiresAt !== null && found.key.expiresAt <= now))
        return undefined;
      const { key, user } = found;
      if (key.lastUsedAt === null || key.lastUsedAt < now - TOUCH_MS) {
        background.run('record the use of an API key', () => touchApiKey(db, key.id, now, now - TOUCH_MS));
      }
      return {
        kind: 'user',
        userId: user.id,
        username: user.username,
        tier: user.tier,
        scopes: entitledScopes(user.tier).filter((scope) => withImpliedScopes(key.scopes).includes(scope)),
        sessionId: null,
        tokenId: null,
        keyId: key.id,
      };
    },

    list: (userId) => listApiKeys(db, userId),
    remove: (userId, id) => deleteApiKey(db, userId, id),
  };
}
