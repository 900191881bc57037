/**
 * `POST /mail`: sends a mail for an API that cannot speak SMTP. Requests are signed as jobs are. No part of a mail is
 * logged.
 */
import { Hono } from 'hono';
import { z } from 'zod';
import type { Config } from '../../src/kernel/config/config.ts';
import { AppError } from '../../src/kernel/core/errors.ts';
import { parseJson } from '../../src/kernel/core/json.ts';
import type { Log } from '../../src/kernel/core/log.ts';
import type { Mailer } from '../../src/kernel/core/mail.ts';
import { SIGNATURE_HEADER, type VerifySignature } from '../../src/kernel/worker-client/signatures.ts';
import { limitBody } from './limit-body.ts';

export interface MailRouteDependencies {
  readonly config: { readonly worker: Pick<Config['worker'], 'url'> };
  /** Null where no way to send mail is configured. */
  readonly mailer: Mailer | null;
  readonly verifySignature: VerifySignature;
  readonly log: Log;
}

const MAX_BODY = 64 * 1024;

const mailSchema = z.strictObject({
  // Exactly one address: characters that could separate addresses or start a header are refused.
  to: z
    .string()
    .max(254)
    .regex(/^[^\s\p{Cc}<>,;:"()]+@[^\s\p{Cc}<>,;:"()@]+$/u),
  subject: z
    .string()
    .min(1)
    .max(500)
    .regex(/^\P{Cc}*$/u),
  text: z.string().min(1),
});

export function createMailRoute({ config, mailer, verifySignature, log }: MailRouteDependencies): Hono {
  const app = new Hono();
  const tooLarge = () => new AppError('payload_too_large', `A mail may have ${MAX_BODY / 1024} KB`);

  app.post('/mail', limitBody({ maxBytes: MAX_BODY, tooLarge }), async (c) => {
    const body = new Uint8Array(await c.req.arrayBuffer());
    await verifySignature({ signature: c.req.header(SIGNATURE_HEADER), body, url: `${config.worker.url}/mail` });
    const mail = mailSchema.safeParse(parseJson(body));
    if (!mail.success) throw new AppError('invalid_input', `The body is not a mail; invalid: ${invalidFields(mail.error)}`);
    if (!mailer) throw new AppError('not_configured', 'This worker cannot send mail: SMTP_URL is not set');
    try {
      await mailer.send(mail.data);
    } catch (error) {
      // The error's message is left out: mail servers quote the address in it.
      log.warning('mail not sent', reasonOf(error));
      throw new AppError('upstream_failed', 'The mail server did not accept the mail');
    }
    return c.body(null, 204);
  });

  return app;
}

const invalidFields = (error: z.ZodError) => [...new Set(error.issues.map(({ path }) => path[0] ?? 'body'))].join(', ');

/** Nodemailer's error code and the mail server's reply code. */
function reasonOf(error: unknown): { code?: unknown; responseCode?: unknown } {
  if (!(error instanceof Error)) return {};
  return {
    ...('code' in error ? { code: error.code } : {}),
    ...('responseCode' in error ? { responseCode: error.responseCode } : {}),
  };
}
