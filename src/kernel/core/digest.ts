/** SHA-256 (FIPS 180-4) of bytes, or of a text's UTF-8, in the encodings Pharos stores and sends. */
import { base64url } from 'jose';

export async function sha256(data: Uint8Array | string): Promise<Uint8Array<ArrayBuffer>> {
  // A document has up to 50 MB, and `digest` copies it once more. No array here lies in memory that threads share.
  const bytes = typeof data === 'string' ? new TextEncoder().encode(data) : (data as Uint8Array<ArrayBuffer>);
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
}

/** 64 lower-case hexadecimal digits. */
export async function sha256Hex(data: Uint8Array | string): Promise<string> {
  return Array.from(await sha256(data), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** 43 characters: base64url (RFC 4648 section 5) without padding. */
export async function sha256Base64Url(data: Uint8Array | string): Promise<string> {
  return base64url.encode(await sha256(data));
}
