/**
 * Stream tickets replace credentials for `EventSource`, which cannot set headers; an access token does not belong in a
 * URL. A ticket opens event streams only, as the actor that requested it, for 60 s. A browser may reconnect with it until
 * then.
 */
import { z } from 'zod';
import { sha256Hex } from '../core/digest.ts';
import { AppError } from '../core/errors.ts';
import type { KeyValue } from '../kv/key-value.ts';
import { type Actor, SCOPES } from '../model/actor.ts';
import { TIERS } from '../model/tiers.ts';

export const TICKET_SECONDS = 60;

export interface StreamTickets {
  /** Throws `unavailable` while the store is down. */
  issue(actor: Actor): Promise<string>;
  /** The actor of the ticket. Throws `unauthenticated` if it is unknown or expired, `unavailable` while the store is down. */
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
  /** Absent in tickets of the version before. */
  keyId: z.string().nullable().default(null),
});

export function createStreamTickets({ kv }: { kv: Pick<KeyValue, 'get' | 'set'> }): StreamTickets {
  return {
    issue: async (actor) => {
      const ticket = hex(crypto.getRandomValues(new Uint8Array(32)));
      const key = await keyOf(ticket);
      await orUnavailable(() => kv.set(key, JSON.stringify(actor), { ttlMs: TICKET_SECONDS * 1000 }));
      return ticket;
    },
    redeem: async (ticket) => {
      const key = await keyOf(ticket);
      const stored = await orUnavailable(() => kv.get(key));
      if (stored === undefined)
        throw new AppError(
          'unauthenticated',
          'This ticket is unknown or has expired; request a new one with POST /progress/tickets',
        );
      return actorSchema.parse(JSON.parse(stored));
    },
  };
}

/** Only the hash is stored, so that reading the store reveals no usable ticket. */
const keyOf = async (ticket: string) => `progress:ticket:${await sha256Hex(ticket)}`;

async function orUnavailable<T>(operation: () => Promise<T>): Promise<T> {
  try {
    return await operation();
  } catch (cause) {
    throw new AppError('unavailable', 'Tickets cannot be issued or checked right now', { cause, retryAfter: 5 });
  }
}

const hex = (bytes: Uint8Array) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
