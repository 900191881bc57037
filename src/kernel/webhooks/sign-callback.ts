/** Signs callbacks by Standard Webhooks (https://www.standardwebhooks.com): HMAC-SHA256 of `id.timestamp.body`. */
import { Webhook } from 'standardwebhooks';

const SECRET_BYTES = 32;

/** A new secret: `whsec_` and 32 random bytes in base64. */
export function newCallbackSecret(): string {
  return `whsec_${btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(SECRET_BYTES))))}`;
}

/** The three headers of a signed message; signed with every one of `secrets`, so that receivers of either accept it. */
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
