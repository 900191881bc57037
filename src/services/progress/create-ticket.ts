import { z } from 'zod';
import { TICKET_SECONDS } from '../../kernel/progress/stream-tickets.ts';
import type { AppContext } from '../context.ts';
import { type Caller, operation } from '../operation.ts';
import { ticketSchema } from './progress-schemas.ts';

export const createTicket = operation({
  name: 'progress.ticket',
  scope: 'resources:read',
  summary: 'Create a ticket for event streams in a browser',
  description: `As \`?ticket=\` it opens event streams, and nothing else, as the caller for ${TICKET_SECONDS} seconds.`,
  destructive: false,
  input: z.object({}),
  output: ticketSchema,
  run: async ({ streamTickets, actor }: Pick<AppContext, 'streamTickets'> & Caller) => ({
    ticket: await streamTickets.issue(actor),
    expires_in: TICKET_SECONDS,
  }),
});
