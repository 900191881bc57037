/** Stream tickets: credentials in the query of an event stream, for browsers, whose EventSource sends no headers. */
import { AppError } from '../../kernel/core/errors.ts';
import { areCredentialsInForce, type CredentialsContext } from '../../services/accounts/credentials-in-force.ts';
import type { AppContext } from '../../services/context.ts';
import type { AuthenticationStrategy } from './credentials.ts';

const EVENT_PATH = /^\/(?:resources\/[^/]+\/)?progress\/events$/;

/** Applies to event streams only; credentials in headers win over a ticket. */
export const streamTicket = (context: CredentialsContext & Pick<AppContext, 'streamTickets'>): AuthenticationStrategy => ({
  appliesTo: (c) =>
    c.req.query('ticket') !== undefined &&
    c.req.header('authorization') === undefined &&
    c.req.header('x-api-key') === undefined &&
    EVENT_PATH.test(c.req.path),
  verify: async (c) => {
    const actor = await context.streamTickets.redeem(c.req.query('ticket') ?? '');
    // A key or a user has no revocation in the store, which the limiter reads later.
    if (!(await areCredentialsInForce(context, actor))) throw ended();
    return actor;
  },
  refuseRevoked: () => {
    throw ended();
  },
  isCounted: false,
});

const ended = () => new AppError('unauthenticated', 'The login or key behind this ticket has ended');
