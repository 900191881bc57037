/** Accounts, as admins list and change them. */
import { z } from 'zod';
import { AppError } from '../../kernel/core/errors.ts';
import { decodePosition } from '../../kernel/core/pagination.ts';
import { present } from '../../kernel/core/present.ts';
import { toIso, toIsoOrNull } from '../../kernel/core/time.ts';
import { listSecurityEvents } from '../../kernel/db/security-events.ts';
import type { SecurityEventRow } from '../../kernel/db/types.ts';
import { findUser, type ListedUser, listUsers as listRows } from '../../kernel/db/users.ts';
import { isSystemUser } from '../../kernel/model/system-users.ts';
import { TIERS } from '../../kernel/model/tiers.ts';
import type { AppContext } from '../context.ts';
import { type Caller, operation } from '../operation.ts';
import { pageQuery, toPage } from '../pagination.ts';
import { userSchema, userToWire } from './account-schemas.ts';
import { requireAccountSession } from './account-session.ts';
import { administerUser } from './administer.ts';

const id = z.string().max(64);

const listedUserSchema = userSchema
  .extend({
    documents: z.int(),
    last_seen_at: z.iso.datetime().optional().meta({ description: 'The last login, renewal of a session or use of an API key' }),
    system: z
      .literal(true)
      .optional()
      .meta({ description: 'Stands for the master key or TEST_MODE: it has no login, and cannot be changed' }),
  })
  .meta({ id: 'ListedUser' });

const toListedBody = (user: ListedUser) => ({
  ...userToWire(user),
  documents: user.documents,
  ...present({ last_seen_at: toIsoOrNull(user.lastSeenAt), system: isSystemUser(user) ? (true as const) : undefined }),
});

export const listUsers = operation({
  name: 'users.list',
  scope: 'admin',
  summary: 'List accounts',
  description:
    'All accounts, newest first, with their number of documents and when each was last seen; `q` finds names and addresses.',
  destructive: false,
  input: pageQuery.extend({
    q: z.string().min(1).max(100).optional().meta({ description: 'Part of a username or e-mail address' }),
  }),
  output: z.object({ users: z.array(listedUserSchema), next_cursor: z.string().optional() }),
  run: async ({ db }: Pick<AppContext, 'db'> & Caller, { limit, cursor, q }) => {
    const after = decodePosition(cursor);
    const found = await listRows(db, { limit: limit + 1, ...(q === undefined ? {} : { text: q }), ...(after ? { after } : {}) });
    const { rows, next } = toPage(found, limit);
    return { users: rows.map(toListedBody), ...next };
  },
});

/** By the master key or in TEST_MODE, else by an admin in a fresh interactive session. */
export const updateUser = operation({
  name: 'users.update',
  scope: 'admin',
  summary: 'Change the tier of an account, or deactivate it',
  description:
    'Deactivating an account and lowering its tier end all its sessions at once. A higher tier applies from the next refresh of ' +
    'a token. It needs the master key or an admin’s recent login; an API key cannot do it, and an admin not to the own account (403). ' +
    'The users behind the master key and TEST_MODE are no accounts, and cannot be changed (403).',
  destructive: true,
  input: z.strictObject({ id, tier: z.enum(TIERS).optional(), active: z.boolean().optional() }),
  output: userSchema,
  errors: ['not_found', 'insufficient_user_authentication'],
  run: async (
    { actor, origin, ...context }: Pick<AppContext, 'db' | 'clock' | 'config' | 'sessions' | 'security'> & Caller,
    { id: userId, ...given },
  ) => {
    if (actor.kind !== 'service' && !context.config.testMode) await requireAccountSession(context, actor, 'fresh');
    const session = actor.sessionId === null ? null : { userId: actor.userId, sessionId: actor.sessionId };
    const change = {
      ...(given.tier === undefined ? {} : { tier: given.tier }),
      ...(given.active === undefined ? {} : { active: given.active }),
    };
    return userToWire(await administerUser(context, userId, change, { ...origin, by: actor.username, session }));
  },
});

const eventSchema = z
  .object({
    id: z.string(),
    event: z.string(),
    created_at: z.iso.datetime(),
    address: z.string().optional(),
    user_agent: z.string().optional(),
    reason: z.string().optional(),
  })
  .meta({ id: 'SecurityEvent' });

const toEventBody = ({ id: eventId, event, createdAt, address, userAgent, reason }: SecurityEventRow) => ({
  id: eventId,
  event,
  created_at: toIso(createdAt),
  ...present({ address, user_agent: userAgent, reason }),
});

export const listUserEvents = operation({
  name: 'users.events',
  scope: 'admin',
  summary: 'List the security events of an account',
  description: 'Logins, refusals and changes of credentials, newest first, with address and client.',
  destructive: false,
  input: pageQuery.extend({ id }),
  output: z.object({ events: z.array(eventSchema), next_cursor: z.string().optional() }),
  errors: ['not_found'],
  run: async ({ db }: Pick<AppContext, 'db'> & Caller, { id: userId, limit, cursor }) => {
    if (!(await findUser(db, userId))) throw new AppError('not_found', 'There is no such user');
    const before = decodePosition(cursor);
    const found = await listSecurityEvents(db, userId, { limit: limit + 1, ...(before ? { before } : {}) });
    const { rows, next } = toPage(found, limit);
    return { events: rows.map(toEventBody), ...next };
  },
});
