/** Stream tickets: credentials in the query of an event stream, for browsers, whose EventSource sends no headers. */
import { AppError } from '../../kernel/core/errors.ts';
import type { AppContext } from '../../services/context.ts';
import type { AuthenticationStrategy } from './credentials.ts';

const EVENT_PATH = /^\/(?:resources\/[^/]+\/)?progress\/events$/;

/** Applies to event streams only; credentials in headers win over a ticket. */
export const streamTicket = ({ streamTickets }: Pick<AppContext, 'streamTickets'>): AuthenticationStrategy => ({
  appliesTo: (c) =>
    c.req.query('ticket') !== undefined &&
    c.req.header('authorization') === undefined &&
    c.req.header('x-api-key') === undefined &&
    EVENT_PATH.test(c.req.path),
  verify: (c) => streamTickets.redeem(c.req.query('ticket') ?? ''),
  refuseRevoked: () => {
    throw new AppError('unauthenticated', 'The login behind this ticket has ended');
  },
  isCounted: false,
});
