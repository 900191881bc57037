import type { Context } from 'hono';
import type { Decision } from '../../kernel/model/sliding-window.ts';
import { limitHeaders } from '../../kernel/rate-limits/headers.ts';
import type { AppContext } from '../../services/context.ts';
import type { AppEnv } from '../env.ts';
import { setResponseHeader } from './response-headers.ts';

/** Sets the headers that tell a client where it stands under its limits. */
export function noteLimit(c: Context<AppEnv>, decision: Decision, { clock }: Pick<AppContext, 'clock'>): void {
  const headers = limitHeaders(decision, clock.now());
  for (const name in headers) setResponseHeader(c, name, headers[name] as string);
}
