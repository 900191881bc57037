/** What a request carries in Hono's context. Services receive what they need as arguments, never the context. */
import type { Context } from 'hono';
import type { AppError, FieldError } from '../kernel/core/errors.ts';
import type { Actor } from '../kernel/model/actor.ts';
import type { AccountSession } from '../services/accounts/account-session.ts';

export type SetHeader = (c: Context, name: string, value: string) => void;

/** The owner of verified credentials, until the store has said that they are not revoked. */
export interface Identity {
  readonly actor: Actor;
  /** Sets `actor` for the handlers; throws `unauthenticated` if the credentials are revoked. */
  confirm(revoked: boolean): void;
}

export interface AppEnv {
  Variables: {
    requestId: string;
    /** The runtime's own way to set a header, if it has one. */
    setHeader?: SetHeader;
    /** Set by `authenticate`, confirmed by `rateLimit`; absent on public paths. */
    identity?: Identity;
    /** The confirmed identity's actor; absent on public paths. */
    actor: Actor;
    /** The session and user of an account operation; absent on other paths. */
    account: AccountSession;
    /** The client's address as far as proxies are trusted; null: unknown. */
    address: string | null;
    /** On a public path, the user whom the body is for: large ones are charged to this user. */
    bodyOwner?: string;
    /** Why reading the body failed; whatever error that led to, this one is the response. */
    bodyFault?: AppError;
    /** By index, the elements of a list in the body that may not be read. */
    itemFaults?: ReadonlyMap<number, FieldError>;
  };
}
