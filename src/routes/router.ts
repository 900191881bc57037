/** What every route file is built from: a router that validates to problem+json, and the shared OpenAPI parts. */
import { OpenAPIHono, z } from '@hono/zod-openapi';
import type { Scope } from '../kernel/model/actor.ts';
import type { AppEnv } from './env.ts';
import { invalidFields } from './validation.ts';

/** A router whose failed validation throws `invalid_input` with every field's path, for the one error handler. */
export function createRouter(): OpenAPIHono<AppEnv> {
  return new OpenAPIHono<AppEnv>({
    defaultHook: (result) => {
      if (!result.success) throw invalidFields(result.error, result.target);
    },
  });
}

export const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    instance: z.string(),
    request_id: z.string(),
    errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  })
  .openapi('Problem', { description: 'RFC 9457 problem details' });

const PROBLEMS: Readonly<Record<number, string>> = {
  400: 'The request cannot be read',
  401: 'No valid credentials',
  403: 'Not allowed',
  404: "No such thing, or somebody else's",
  409: 'In conflict with what exists',
  413: 'The body is too large',
  415: 'The content type is not supported',
  422: 'A field is invalid',
  410: 'It is gone: used, or expired',
  429: 'Too many requests',
  501: 'Not configured in this installation',
  503: 'The database is not reachable',
};

/** OpenAPI `responses` entries for the errors an operation can answer. */
export function problems(...statuses: (keyof typeof PROBLEMS & number)[]) {
  return Object.fromEntries(
    statuses.map((status) => [
      status,
      { description: PROBLEMS[status] ?? 'Error', content: { 'application/problem+json': { schema: problemSchema } } },
    ]),
  );
}

/** An OpenAPI response with a JSON body. */
export function json<T extends z.ZodType>(description: string, schema: T) {
  return { description, content: { 'application/json': { schema } } } as const;
}

/** `security` of an operation behind the lock. Open operations say `security: []`. */
export const authenticated: Record<string, string[]>[] = [{ bearer: [] }, { apiKey: [] }];

/** `security` of an operation behind the lock for which the caller's token or key must carry `scopes`. */
export const requiresScopes = (...scopes: Scope[]): Record<string, string[]>[] => [{ bearer: scopes }, { apiKey: scopes }];
