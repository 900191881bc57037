/** Reads the raw body of an upload. It stops at the size limit without reading the rest. */
import { AppError } from '../../../src/kernel/core/errors.ts';
import { MAX_UPLOAD_BYTES } from '../../../src/services/resources/uploaded-file.ts';

const tooLarge = () => new AppError('payload_too_large', `The upload is larger than ${MAX_UPLOAD_BYTES / 1024 / 1024} MB`);

/** The bytes that `Content-Length` declares; undefined without it. Throws `payload_too_large` above the limit. */
export function declaredBytes({ headers }: Request): number | undefined {
  const length = headers.get('content-length');
  if (length === null || headers.has('transfer-encoding')) return undefined;
  if (!(Number(length) <= MAX_UPLOAD_BYTES)) throw tooLarge();
  return Number(length);
}

/** Throws `payload_too_large` once the limit is exceeded, whatever length was declared. */
export async function readUpload({ body }: Request): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    size += chunk.byteLength;
    if (size > MAX_UPLOAD_BYTES) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}
