/** Presigned URLs at the worker for the content of one resource, where the API has no memory for it. */
import { z } from 'zod';
import type { AppError } from '../core/errors.ts';
import type { Actor } from '../model/actor.ts';
import { createPresigner, type PresignerDependencies, type SignedLogin } from './presigner.ts';

const SECONDS = 60;

export interface ContentGrant extends SignedLogin {
  readonly resourceId: string;
}

export interface PresignedContents {
  issue(actor: Actor, resourceId: string): Promise<{ url: string; expiresAt: number }>;
  /** Throws `unauthenticated` unless `ticket` is live and for this worker; the cause holds the reason. */
  verify(ticket: string): Promise<ContentGrant>;
  /** The error of a ticket whose user or login has ended; `cause` goes to the log. */
  refuse(cause: unknown): AppError;
}

export function createPresignedContents(dependencies: PresignerDependencies): PresignedContents {
  const { issue, verify, refuse } = createPresigner(dependencies, {
    path: '/contents',
    type: 'pharos-content+jwt',
    seconds: SECONDS,
    claims: z.object({ resource_id: z.string() }),
    invalid: 'This address of a document is invalid or has expired; ask GET /resources/{id}/content for a new one',
  });
  return {
    issue: (actor, resourceId) => issue(actor, { resource_id: resourceId }),
    verify: async (ticket) => {
      const { claims, ...login } = await verify(ticket);
      return { ...login, resourceId: claims.resource_id };
    },
    refuse,
  };
}
