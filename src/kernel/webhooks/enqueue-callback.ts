/** Queues the callback that a resource's owner asked for, in the transaction that ends the job. */

import type { Ids } from '../core/ports.ts';
import { toIso } from '../core/time.ts';
import { insertDelivery } from '../db/callback-deliveries.ts';
import { hasOtherUnfinishedJob } from '../db/jobs.ts';
import { findResourceOfJob, type ResourceSummary } from '../db/resources.ts';
import type { Database } from '../db/types.ts';
import type { CallbackEvent } from '../model/callbacks.ts';

export interface EndedJob {
  readonly resourceId: string;
  readonly jobId: string;
  readonly ids: Ids;
  readonly now: number;
  /** The resource as this transaction has left it. Default: it is read. */
  readonly resource?: ResourceSummary;
}

/**
 * Inserts a delivery if the resource has a callback URL and is completed or failed. Does nothing while another job of this
 * resource is unfinished: that job sends the callback when it ends.
 */
export async function enqueueCallback(tx: Database, { resourceId, jobId, ids, now, ...known }: EndedJob): Promise<void> {
  const resource = known.resource ?? (await findResourceOfJob(tx, resourceId));
  if (!resource?.callbackUrl) return;
  const { status } = resource;
  if (status !== 'completed' && status !== 'failed') return;
  if (await hasOtherUnfinishedJob(tx, resourceId, jobId)) return;
  const event: CallbackEvent = `resource.${status}`;
  const { ownerId, callbackUrl, url, title, category, qualityScore, errorMessage } = resource;
  // A thin payload, as Standard Webhooks recommends: the change, and the id to read the rest by.
  const data = {
    resource_id: resourceId,
    overall_status: status,
    ...withoutNulls({ url, title, category, quality_score: qualityScore, error_message: errorMessage }),
  };
  await insertDelivery(tx, {
    id: ids.next(),
    ownerId,
    resourceId,
    event,
    url: callbackUrl,
    payload: JSON.stringify({ type: event, timestamp: toIso(now), data }),
    state: 'pending',
    attempt: 0,
    availableAt: now,
    responseStatus: null,
    error: null,
    createdAt: now,
    finishedAt: null,
  });
}

const withoutNulls = (fields: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
