/**
 * One description of every operation of the domain. HTTP and its OpenAPI document are derived from it (`routes/mount.ts`),
 * and so are scopes, account levels and limits. Credentials are checked and input is parsed here, whatever road a call takes.
 */
import { z } from 'zod';
import type { RequestOrigin } from '../kernel/auth/security-log.ts';
import type { ErrorCode } from '../kernel/core/errors.ts';
import type { Actor, Scope } from '../kernel/model/actor.ts';
import type { Decision } from '../kernel/model/sliding-window.ts';
import { type AccountLevel, type AccountSession, requireAccountSession } from './accounts/account-session.ts';
import type { AppContext } from './context.ts';
import { invalidFields } from './invalid-fields.ts';
import { requireScope } from './require-scope.ts';

/** Who calls an operation that needs no credentials. */
export interface OpenCaller {
  /** Where the call comes from, for the security log. */
  readonly origin: RequestOrigin;
  /** Whether a person at this machine calls, through no proxy. */
  readonly isLocal: boolean;
  /** Verifies the session that the caller sent although none is needed; undefined without one. */
  readonly session: () => Promise<AccountSession | undefined>;
  /** Fires when the caller does not wait any more. */
  readonly signal?: AbortSignal | undefined;
}

/** Who calls. */
export interface Caller extends OpenCaller {
  readonly actor: Actor;
  /** Receives what was decided about a charge beside that of the request. */
  readonly noteLimit?: ((decision: Decision) => void) | undefined;
}

/** Who calls an account operation. */
export interface AccountCaller extends Caller {
  readonly account: AccountSession;
}

export interface CallOptions extends Pick<Caller, 'signal' | 'noteLimit'> {
  /** Default: unknown. */
  readonly origin?: RequestOrigin;
  /** Default: false. */
  readonly isLocal?: boolean;
  /** Default: there is none. */
  readonly session?: OpenCaller['session'];
  /** The session of an account operation where its level was checked already, as HTTP does before it reads a body. */
  readonly account?: AccountSession | undefined;
  /** What errors call the input as a whole, such as `json`. Default: `input`. */
  readonly source?: string;
}

export interface Description {
  /** Subject and verb, as `resources.get`. */
  readonly name: string;
  /** Null: every valid credential will do. `public`: none is needed. */
  readonly scope: Scope | 'public' | null;
  /** The level of an account operation; absent for all others. */
  readonly account?: AccountLevel;
  readonly summary: string;
  readonly description?: string;
  /** Whether it may delete or overwrite what cannot be had back. */
  readonly destructive: boolean;
  /** Fields as on the wire: snake_case, times in ISO 8601. */
  readonly input: z.ZodObject;
  /** `nothing` for an operation without a result. */
  readonly output: z.ZodType;
  /** The errors beside those of every operation: credentials, limits, input and the database. */
  readonly errors: readonly ErrorCode[];
}

interface Spec<C, I extends z.ZodObject, O extends z.ZodType> extends Omit<Description, 'errors'> {
  readonly input: I;
  readonly output: O;
  readonly errors?: readonly ErrorCode[];
  /** `ctx`: the context and the caller. */
  readonly run: (ctx: C, input: z.output<I>) => Promise<z.input<O>>;
}

export interface Operation<C, I extends z.ZodObject, O extends z.ZodType> extends Description {
  (context: C, actor: Actor, input: z.input<I>, options?: CallOptions): Promise<z.input<O>>;
  readonly input: I;
  readonly output: O;
}

/** An operation that needs no credentials, and is not told of any. */
export interface OpenOperation<C, I extends z.ZodObject, O extends z.ZodType> extends Description {
  (context: C, actor: Actor | null, input: z.input<I>, options?: CallOptions): Promise<z.input<O>>;
  readonly scope: 'public';
  readonly input: I;
  readonly output: O;
}

/** Any operation, as tables list them. `input` is parsed by the operation, so it may be anything. */
export interface AnyOperation extends Description {
  (context: AppContext, actor: Actor, input: never, options?: CallOptions): Promise<unknown>;
}

const UNKNOWN: RequestOrigin = { address: null, userAgent: null };

/** Output of an operation without a result. */
export const nothing = z.void();

type Given<C> = Omit<C, keyof AccountCaller>;

/** Throws `forbidden`, `invalid_input` with the path of every field, and what `run` throws. */
export function operation<C extends OpenCaller, I extends z.ZodObject, O extends z.ZodType>(
  spec: Spec<C, I, O> & { readonly scope: 'public' },
): OpenOperation<Given<C>, I, O>;
export function operation<C extends Caller, I extends z.ZodObject, O extends z.ZodType>(
  spec: Spec<C, I, O> & { readonly scope: Scope | null },
): Operation<Given<C>, I, O>;
export function operation<C extends OpenCaller, I extends z.ZodObject, O extends z.ZodType>({
  run,
  errors = [],
  ...description
}: Spec<C, I, O>): unknown {
  const { name, scope, account: level, input: schema } = description;
  async function perform(
    context: Given<C>,
    actor: Actor,
    input: unknown,
    { account, signal, noteLimit, origin = UNKNOWN, isLocal = false, session = noSession, source = 'input' }: CallOptions = {},
  ): Promise<z.input<O>> {
    if (scope && scope !== 'public') requireScope(actor, scope);
    // An operation with a level reads sessions, so its context has what that takes.
    const verified = level && (account ?? (await requireAccountSession(context as never, actor, level)));
    const parsed = schema.safeParse(input);
    if (!parsed.success) throw invalidFields(parsed.error, source);
    const ctx = { ...context, actor, origin, isLocal, session, signal, noteLimit, ...(verified ? { account: verified } : {}) };
    return await run(ctx as unknown as C, parsed.data);
  }
  const { name: _name, ...rest } = description;
  Object.defineProperty(perform, 'name', { value: name });
  return Object.assign(perform, { ...rest, errors });
}

const noSession = async () => undefined;
