/** The clock of every program; `performance` is there on Node and on Workers. */
import type { Clock } from '../kernel/core/ports.ts';

export const systemClock: Clock = { now: () => Date.now(), monotonic: () => performance.now() };
