/** Sends the callbacks that are due: signed, at least once, and repeated by a schedule until the receiver accepts them. */

import { StageError } from '../../src/kernel/core/errors.ts';
import { createFailureLog } from '../../src/kernel/core/failure-log.ts';
import type { Log } from '../../src/kernel/core/log.ts';
import type { Clock } from '../../src/kernel/core/ports.ts';
import { claimDeliveries, type DeliveryOutcome, settleDelivery } from '../../src/kernel/db/callback-deliveries.ts';
import { ensureCallbackSecret } from '../../src/kernel/db/callback-secrets.ts';
import type { CallbackDelivery, Database } from '../../src/kernel/db/types.ts';
import { CALLBACK_ATTEMPTS, callbackPauseMs, LONGEST_CALLBACK_WAITS } from '../../src/kernel/webhooks/callback-schedule.ts';
import { callbackHeaders, newCallbackSecret } from '../../src/kernel/webhooks/sign-callback.ts';
import type { GuardedPost } from './guarded-post.ts';

/** Deliveries sent concurrently. */
const CONCURRENCY = 16;
/** Fewer than all, so that unreachable receivers of one owner do not block the others. */
const CONCURRENCY_PER_OWNER = 4;
/** Milliseconds until a claim counts as lost; well over the deadline of an attempt. */
const CLAIM_MS = 60_000;
/** The receiver wants no more callbacks (Standard Webhooks). */
const GONE = 410;

export interface CallbackSender {
  /** Sends until nothing is due. Returns the number of attempts. Never rejects. */
  sweep(): Promise<number>;
}

export interface CallbackSenderDependencies {
  readonly db: Database;
  readonly clock: Clock;
  readonly log: Log;
  readonly http: Pick<GuardedPost, 'post'>;
  /** 0 to 1, for the jitter of retries. */
  readonly random: () => number;
  /** Ends a sweep after the attempts in progress. */
  readonly stop: AbortSignal;
}

export function createCallbackSender({ db, clock, log, http, random, stop }: CallbackSenderDependencies): CallbackSender {
  const failures = createFailureLog(log, 'the outbox of callbacks');

  /** The secrets that sign for `ownerId` now: the current one and, until it expires, the previous one. */
  async function secretsOf(ownerId: string): Promise<string[]> {
    const now = clock.now();
    const { secret, previousSecret, previousExpiresAt } = await ensureCallbackSecret(db, ownerId, newCallbackSecret(), now);
    return previousSecret !== null && (previousExpiresAt ?? 0) > now ? [secret, previousSecret] : [secret];
  }

  async function attempt({ id, ownerId, url, payload, attempt: count }: CallbackDelivery): Promise<DeliveryOutcome> {
    const secrets = await secretsOf(ownerId);
    try {
      const { status, retryAfter } = await http.post(url, payload, callbackHeaders({ id, payload }, secrets, clock.now()));
      if (status >= 200 && status < 300) return finished('delivered', status, null);
      if (status === GONE) return finished('failed', status, 'The receiver wants no more callbacks (HTTP 410)');
      return retryLater(count, status, `The receiver responded with HTTP ${status}`, retryAfter);
    } catch (error) {
      if (!(error instanceof StageError)) throw error;
      return error.failure === 'permanent' ? finished('failed', null, error.message) : retryLater(count, null, error.message);
    }
  }

  function finished(state: 'delivered' | 'failed', responseStatus: number | null, error: string | null): DeliveryOutcome {
    const now = clock.now();
    return { state, responseStatus, error, availableAt: now, finishedAt: now };
  }

  function retryLater(count: number, responseStatus: number | null, error: string, retryAfter?: number): DeliveryOutcome {
    const pause = callbackPauseMs(count, random, retryAfter);
    if (pause === undefined) return finished('failed', responseStatus, `${error}; given up after ${CALLBACK_ATTEMPTS} attempts`);
    return { state: 'pending', responseStatus, error, availableAt: clock.now() + pause, finishedAt: null };
  }

  async function send(delivery: CallbackDelivery): Promise<void> {
    const { id, resourceId, event, attempt: count } = delivery;
    try {
      const outcome = await attempt(delivery);
      await settleDelivery(db, delivery, outcome);
      const fields = { id, resourceId, event, attempt: count, state: outcome.state, status: outcome.responseStatus };
      if (outcome.state === 'delivered') log.info('callback delivered', fields);
      else log.warning('callback not accepted', { ...fields, reason: outcome.error });
    } catch (error) {
      // The delivery stays claimed, counts as lost after a minute and is sent again.
      log.error('callback could not be sent', { id, resourceId, error });
    }
  }

  return {
    sweep: async () => {
      let attempts = 0;
      try {
        while (!stop.aborted) {
          const now = clock.now();
          const claim = {
            now,
            longestWaits: LONGEST_CALLBACK_WAITS,
            lostAt: now + CLAIM_MS,
            limit: CONCURRENCY,
            perOwner: CONCURRENCY_PER_OWNER,
          };
          const due = await claimDeliveries(db, claim);
          if (due.length === 0) break;
          attempts += due.length;
          await Promise.all(due.map(send));
        }
        failures.worked();
      } catch (error) {
        failures.failed(error);
      }
      return attempts;
    },
  };
}
