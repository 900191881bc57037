/** Signs callbacks after Standard Webhooks (https://www.standardwebhooks.com): HMAC-SHA256 of `id.timestamp.body`. */
import { Webhook } from 'standardwebhooks';

const SECRET_BYTES = 32;

/** Generates a secret: `whsec_` and 32 random bytes in base64. */
export function newCallbackSecret(): string {
  return `whsec_${btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(SECRET_BYTES))))}`;
}

/** The three headers of a signed message at Unix ms `now`. Every secret signs, so that a receiver may hold any of them. */
export function callbackHeaders(
  { id, payload }: { id: string; payload: string },
  secrets: readonly string[],
  now: number,
): Record<string, string> {
  return {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(now / 1000)),
    'webhook-signature': secrets.map((secret) => new Webhook(secret).sign(id, new Date(now), payload)).join(' '),
  };
}
