/** Deletes an account and everything that it owns. */
import { z } from 'zod';
import type { AccountNotices } from '../../kernel/auth/account-notices.ts';
import type { RequestOrigin, SecurityLog } from '../../kernel/auth/security-log.ts';
import type { Sessions } from '../../kernel/auth/sessions.ts';
import { AppError } from '../../kernel/core/errors.ts';
import type { Clock, Ids } from '../../kernel/core/ports.ts';
import { deleteSliceOf, markDeleted, type SliceSizes } from '../../kernel/db/account-deletion.ts';
import { lockAdmins } from '../../kernel/db/settings.ts';
import type { Database, User } from '../../kernel/db/types.ts';
import { hasOtherAdmin, isSessionLive } from '../../kernel/db/users.ts';
import { enqueueJob } from '../../kernel/jobs/outbox.ts';
import { DELETE_ACCOUNT, INSTALLATION } from '../../kernel/model/job-kinds.ts';
import { isSystemUser } from '../../kernel/model/system-users.ts';
import type { AppContext } from '../context.ts';
import { type AccountCaller, nothing, operation } from '../operation.ts';
import { accountChanged } from './account-session.ts';

interface Dependencies {
  readonly db: Database;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly sessions: Pick<Sessions, 'updateAccount'>;
  readonly security: SecurityLog;
  readonly notices: AccountNotices;
}

export interface Deletion {
  /** For the security log. */
  readonly by: string;
  readonly client: RequestOrigin;
  /** Whether the account of `before`, as the transaction reads it, may be deleted now. Throws otherwise. */
  check(before: User, tx: Database): Promise<void>;
}

/**
 * Ends the account at once: its sessions, keys and linked providers, its name and address, and its jobs. What it owns is left to
 * the job whose id is returned. Undefined if there is no such account.
 */
export async function endAccount(deps: Dependencies, user: User, { by, client, check }: Deletion): Promise<string | undefined> {
  const { clock, ids, sessions, security, notices } = deps;
  let jobId: string | undefined;
  await sessions.updateAccount(user.id, async (before, tx) => {
    jobId = undefined;
    if (isSystemUser(before)) return undefined;
    await check(before, tx);
    await markDeleted(tx, user.id, clock.now());
    const payload = { user_id: user.id };
    jobId = (await enqueueJob(tx, { clock, ids }, { kind: DELETE_ACCOUNT, ownerId: INSTALLATION, payload })).id;
    return { set: { active: false }, ends: 'account deleted' };
  });
  if (jobId === undefined) return undefined;
  security.record('account_deleted', { ...client, userId: user.id, reason: `by ${by}` });
  notices.farewell(user, client);
  return jobId;
}

/** A document is deleted with its text, its chunks, their index and their vectors. */
const SLICE: SliceSizes = { documents: 20, rows: 500 };

/** Deletes a slice of what a deleted account owned; `false` when nothing is left. */
export const removeSlice = (tx: Database, userId: string): Promise<boolean> => deleteSliceOf(tx, userId, SLICE);

type Context = Pick<AppContext, 'db' | 'clock' | 'ids' | 'sessions' | 'security' | 'notices' | 'relay'> & AccountCaller;

export const deleteAccount = operation({
  name: 'account.delete',
  scope: null,
  account: 'fresh',
  summary: 'Delete the own account and all it owns',
  description:
    'Takes effect at once: sessions, keys and linked providers end, and the name and the address are free. Documents and all ' +
    'that was derived from them are removed in the background. It cannot be undone. 409 for the last admin.',
  destructive: true,
  input: z.object({}),
  output: nothing,
  errors: ['conflict'],
  run: async ({ account: { user, session }, origin, relay, ...context }: Context) => {
    const jobId = await endAccount(context, user, {
      by: 'its user',
      client: origin,
      check: async (before, tx) => {
        const isCurrent = before.active && before.credentialsEpoch === user.credentialsEpoch;
        if (!isCurrent || !(await isSessionLive(tx, session.id))) throw accountChanged();
        if (before.tier !== 'admin') return;
        // Of two admins who delete their accounts at the same time, one stays.
        await lockAdmins(tx, context.clock.now());
        if (await hasOtherAdmin(tx, before.id)) return;
        throw new AppError('conflict', 'You are the last admin; make another account an admin first');
      },
    });
    if (jobId === undefined) throw accountChanged();
    relay.publishSoon(jobId);
  },
});
