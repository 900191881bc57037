/** Verifies the signatures of incoming webhooks over their raw bodies. The error reveals no reason to the sender. */
import { sha256Hex } from '../core/digest.ts';
import { AppError } from '../core/errors.ts';
import { equalSecrets } from '../core/keys.ts';
import type { WebhookKind } from '../model/webhooks.ts';

export interface SignedEvent {
  readonly header: (name: string) => string | undefined;
  /** The bytes of the body as they arrived: the signature covers them. */
  readonly body: Uint8Array;
}

/** Allowed distance of a message's timestamp from now (Standard Webhooks, "Verifying the timestamp"). */
const TOLERANCE_MS = 5 * 60_000;
const MAX_ID = 256;

const encoder = new TextEncoder();

const hmacKey = (key: Uint8Array, use: 'sign' | 'verify') =>
  crypto.subtle.importKey('raw', Uint8Array.from(key), { name: 'HMAC', hash: 'SHA-256' }, false, [use]);

function concatenate(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

const refused = (reason: string) =>
  new AppError('unauthenticated', 'The signature cannot be verified', { cause: new Error(reason) });

/** Returns the id by which a repeated event is recognised. Throws `unauthenticated` with the reason in its cause. */
export async function verifyEvent(kind: WebhookKind, secret: string, event: SignedEvent, now: number): Promise<string> {
  return kind === 'standard' ? verifyStandard(secret, event, now) : verifyGitHub(secret, event);
}

/**
 * Throws `unauthenticated` for headers with which no body can verify. Called before the body is read, so that a sender
 * without a signature costs nothing.
 */
export function requireSignatureHeaders(kind: WebhookKind, header: SignedEvent['header'], now: number): void {
  if (kind === 'standard') standardHeaders(header, now);
  else gitHubSignature(header);
}

function standardHeaders(header: SignedEvent['header'], now: number) {
  const [id, timestamp, signatures] = ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map(header);
  if (!id || !timestamp || !signatures) throw refused('a webhook header is missing');
  if (id.length > MAX_ID) throw refused('webhook-id is too long');
  if (!/^\d{1,12}$/.test(timestamp)) throw refused('webhook-timestamp is not a Unix time in seconds');
  const sentAt = Number(timestamp) * 1000;
  if (Math.abs(now - sentAt) > TOLERANCE_MS) throw refused('webhook-timestamp is more than five minutes off');
  return { id, timestamp, signatures };
}

/** https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md */
async function verifyStandard(secret: string, { header, body }: SignedEvent, now: number): Promise<string> {
  const { id, timestamp, signatures } = standardHeaders(header, now);
  const key = Uint8Array.from(atob(secret.replace(/^whsec_/, '')), (char) => char.charCodeAt(0));
  const signedBytes = concatenate(encoder.encode(`${id}.${timestamp}.`), body);
  const mac = new Uint8Array(await crypto.subtle.sign('HMAC', await hmacKey(key, 'sign'), signedBytes));
  const expected = `v1,${btoa(String.fromCharCode(...mac))}`;
  // While a sender rotates its secret, it signs with both.
  for (const signature of signatures.split(' ').slice(0, 8)) if (await equalSecrets(signature, expected)) return id;
  throw refused('no signature matches');
}

function gitHubSignature(header: SignedEvent['header']): string {
  const signature = /^sha256=([\da-f]{64})$/.exec(header('x-hub-signature-256') ?? '')?.[1];
  if (signature === undefined) throw refused('X-Hub-Signature-256 is missing or malformed');
  return signature;
}

/**
 * GitHub signs only the body, not a timestamp or `X-GitHub-Delivery`. A captured delivery could be replayed under another
 * id, so repetitions are recognised by the hash of the body.
 * https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
 */
async function verifyGitHub(secret: string, { header, body }: SignedEvent): Promise<string> {
  const signature = gitHubSignature(header);
  const key = await hmacKey(encoder.encode(secret), 'verify');
  const mac = Uint8Array.from(signature.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
  if (!(await crypto.subtle.verify('HMAC', key, mac, Uint8Array.from(body)))) throw refused('the signature does not match');
  return `sha256:${await sha256Hex(body)}`;
}
