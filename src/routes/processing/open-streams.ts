/** How many event streams may be open at once: each holds a connection, a timer and a subscription. */
import { AppError } from '../../kernel/core/errors.ts';
import type { Actor } from '../../kernel/model/actor.ts';

const PER_USER = 100;
const IN_ALL = 2_000;
/** Seconds after which a stream may have ended. */
const RETRY_AFTER = 15;

export interface OpenStreamsOptions {
  /** Does not apply to admins, who have no limits. */
  readonly perUser?: number;
  readonly inAll?: number;
}

export interface OpenStreams {
  /**
   * Counts a stream of `actor` until the returned function is called. Throws `rate_limited` where the user has too many,
   * `unavailable` where the process has.
   */
  open(actor: Pick<Actor, 'userId' | 'tier'>): () => void;
}

export function createOpenStreams({ perUser = PER_USER, inAll = IN_ALL }: OpenStreamsOptions = {}): OpenStreams {
  const byUser = new Map<string, number>();
  let total = 0;
  return {
    open: ({ userId, tier }) => {
      const own = byUser.get(userId) ?? 0;
      if (own >= perUser && tier !== 'admin') {
        const advice = 'close one, or follow several resources in one stream by GET /progress/events?ids=';
        throw new AppError('rate_limited', `You have ${perUser} event streams open; ${advice}`, { retryAfter: RETRY_AFTER });
      }
      if (total >= inAll) {
        throw new AppError('unavailable', `This server has ${inAll} event streams open, which is the maximum`, {
          retryAfter: RETRY_AFTER,
        });
      }
      byUser.set(userId, own + 1);
      total += 1;
      let isOpen = true;
      return () => {
        if (!isOpen) return;
        isOpen = false;
        total -= 1;
        const left = (byUser.get(userId) ?? 1) - 1;
        if (left > 0) byUser.set(userId, left);
        else byUser.delete(userId);
      };
    },
  };
}
