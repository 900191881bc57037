import { z } from 'zod';
import type { AppContext } from '../context.ts';
import { type AccountCaller, operation } from '../operation.ts';
import { sessionSchema, sessionToWire } from './account-schemas.ts';

export const listSessions = operation({
  name: 'sessions.list',
  scope: null,
  account: 'interactive',
  summary: 'List live sessions',
  description: 'The logins of the account, with where each began and when it was refreshed last.',
  destructive: false,
  input: z.object({}),
  output: z.object({ sessions: z.array(sessionSchema) }),
  run: async ({ sessions, actor }: Pick<AppContext, 'sessions'> & AccountCaller) => ({
    sessions: (await sessions.list(actor.userId)).map((session) => sessionToWire(session, actor.sessionId)),
  }),
});
