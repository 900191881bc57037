/** Sends mail through the worker, by a signed POST to `/mail`: Workers cannot open an SMTP connection. */
import type { Config } from '../config/config.ts';
import type { Mailer } from '../core/mail.ts';
import { createSignedPost, type SignedPostDependencies } from './signed-post.ts';

/** Some mail servers delay their greeting. */
const DEADLINE_MS = 20_000;

export interface HttpMailerDependencies extends SignedPostDependencies {
  readonly config: { readonly worker: Pick<Config['worker'], 'url' | 'signingKeys'> };
}

export function createHttpMailer(dependencies: HttpMailerDependencies): Mailer {
  const url = `${dependencies.config.worker.url}/mail`;
  const signedPost = createSignedPost(dependencies);
  return {
    send: async ({ to, subject, text }) => {
      const response = await signedPost({ url, body: { to, subject, text }, deadlineMs: DEADLINE_MS });
      await response.body?.cancel();
      if (!response.ok) throw new Error(`the worker did not send the mail: status ${response.status}`);
    },
  };
}
