/** What travels with a request in Hono's context: who asks and under which id. Services never do. */
import type { Context } from 'hono';
import type { Actor } from '../kernel/model/actor.ts';

export type SetHeader = (c: Context, name: string, value: string) => void;

export interface AppEnv {
  Variables: {
    requestId: string;
    /** The runtime's own way to set a header, where it has one. */
    setHeader?: SetHeader;
    /** Set by `authenticate`; absent only on open paths. */
    actor: Actor;
    /** The client's address as far as it is trusted; null where unknown. */
    address: string | null;
  };
}
