/**
 * Tickets stand in for credentials where a browser cannot send any: `EventSource` sets no headers, and a token does not
 * belong in a URL. A ticket opens event streams only, as the one who asked for it, for a minute; within it a browser
 * may reconnect with the same one.
 */
import { z } from 'zod';
import { AppError } from '../core/errors.ts';
import { TIERS } from '../db/types.ts';
import type { KeyValue } from '../kv/key-value.ts';
import { type Actor, SCOPES } from '../model/actor.ts';

export const TICKET_SECONDS = 60;

export interface StreamTickets {
  /** Throws `unavailable` while the store is down. */
  issue(actor: Actor): Promise<string>;
  /** Whom it stands for; throws `unauthenticated` where it is unknown or over, `unavailable` while the store is down. */
  redeem(ticket: string): Promise<Actor>;
}

const actorSchema = z.object({
  kind: z.enum(['user', 'service']),
  userId: z.string(),
  username: z.string(),
  tier: z.enum(TIERS),
  scopes: z.array(z.enum(SCOPES)),
  sessionId: z.string().nullable(),
  tokenId: z.string().nullable(),
});

export function createStreamTickets({ kv }: { kv: Pick<KeyValue, 'get' | 'set'> }): StreamTickets {
  return {
    issue: async (actor) => {
      const ticket = hex(crypto.getRandomValues(new Uint8Array(32)));
      const key = await keyOf(ticket);
      await reachable(() => kv.set(key, JSON.stringify(actor), { ttlMs: TICKET_SECONDS * 1000 }));
      return ticket;
    },
    redeem: async (ticket) => {
      const key = await keyOf(ticket);
      const stored = await reachable(() => kv.get(key));
      if (stored === undefined) throw new AppError('unauthenticated', 'This ticket is not valid, or not any more');
      return actorSchema.parse(JSON.parse(stored));
    },
  };
}

/** Only the hash is stored: who can read the store cannot use what is in it. */
async function keyOf(ticket: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(ticket));
  return `progress:ticket:${hex(new Uint8Array(digest))}`;
}

async function reachable<T>(operation: () => Promise<T>): Promise<T> {
  try {
    return await operation();
  } catch (cause) {
    throw new AppError('unavailable', 'Tickets cannot be checked right now', { cause, retryAfter: 5 });
  }
}

const hex = (bytes: Uint8Array) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
