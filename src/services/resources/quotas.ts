/** Quotas of documents and bytes per tier. */
import type { Config, Quota } from '../../kernel/config/config.ts';
import { AppError } from '../../kernel/core/errors.ts';
import type { Database } from '../../kernel/db/types.ts';
import { type Usage, usageOf } from '../../kernel/db/usage.ts';

export interface QuotaConfig {
  readonly config: Pick<Config, 'quotas'>;
}

export const isLimited = ({ documents, bytes }: Quota): boolean => documents !== undefined || bytes !== undefined;

/**
 * Throws `quota_exceeded`, naming what is left, if the owner may not store `added` besides what is there. It is exact while the
 * transaction holds the owner's lock alone (`lockBacklog`).
 */
export async function requireQuota(tx: Database, ownerId: string, quota: Quota, added: Usage): Promise<void> {
  if (!isLimited(quota)) return;
  const used = await usageOf(tx, ownerId);
  for (const what of ['documents', 'bytes'] as const) {
    const limit = quota[what];
    if (limit === undefined || added[what] <= 0 || used[what] + added[what] <= limit) continue;
    const left = Math.max(0, limit - used[what]);
    throw new AppError(
      'quota_exceeded',
      `Your quota is ${limit} ${what}, of which ${left} are left, and this needs ${added[what]}; delete documents to make room`,
      { errors: [{ path: what, message: `${left} of ${limit} are left` }] },
    );
  }
}
