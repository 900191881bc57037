/** What travels with a request in Hono's context: who asks and under which id. Services never do. */
import type { Actor } from '../kernel/auth/actor.ts';

export interface AppEnv {
  Variables: {
    requestId: string;
    /** Set by `authenticate`; absent only on open paths. */
    actor: Actor;
    /** The client's address as far as it is trusted; null where unknown. */
    address: string | null;
  };
}
