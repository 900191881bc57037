/** What a write costs beside its request, by the number of its documents. */
import { AppError } from '../../kernel/core/errors.ts';
import type { Actor } from '../../kernel/model/actor.ts';
import type { Decision } from '../../kernel/model/sliding-window.ts';
import { unitsOf } from '../../kernel/rate-limits/units.ts';
import type { AppContext } from '../context.ts';

export interface WriteCharge {
  readonly documents: number;
  /** Units that its request was charged before. */
  readonly paid: number;
  /** For the log: the path of the request, or the name of the operation. */
  readonly path: string;
  readonly noteLimit?: ((decision: Decision) => void) | undefined;
}

/** Charges `owner`. Throws `rate_limited`. */
export async function chargeWrite(
  { requestLimits }: Pick<AppContext, 'requestLimits'>,
  owner: Actor,
  { documents, paid, path, noteLimit }: WriteCharge,
): Promise<void> {
  const cost = unitsOf(documents) - paid;
  if (cost < 1) return;
  const { decision } = await requestLimits.consumeForActor(owner, { cost, paid, path, write: true });
  if (!decision) return;
  noteLimit?.(decision);
  requireAdmitted(decision);
}

/** Throws `rate_limited`. */
export function requireAdmitted({ admitted, retryAfterMs }: Decision): void {
  if (admitted) return;
  const retryAfter = Math.ceil(retryAfterMs / 1000);
  throw new AppError('rate_limited', `Too many requests; try again in ${retryAfter} s`, { retryAfter });
}
