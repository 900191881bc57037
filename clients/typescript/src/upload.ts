/** Sends a file, with its progress: as a form, or to a signed address of the worker where it is large. */
import type { Credentials } from './credentials.ts';
import { PharosError } from './error.ts';
import type { Parts } from './parts.ts';
import type { components } from './schema.generated.ts';
import type { Transport } from './transport.ts';

export type AcceptedResource = components['schemas']['AcceptedResource'];
/** `isNew` is false where the owner had the same document already. */
export type SentResource = AcceptedResource & { readonly isNew: boolean };
type UploadAddress = components['schemas']['UploadUrl'];

export interface UploadOptions {
  /** Default: the name of the File. */
  readonly filename?: string | undefined;
  /** Default: the type of the Blob, or that of the file name. */
  readonly contentType?: string | undefined;
  readonly title?: string | undefined;
  readonly description?: string | undefined;
  readonly tags?: readonly string[] | undefined;
  readonly metadata?: Readonly<Record<string, unknown>> | undefined;
  readonly callbackUrl?: string | undefined;
  /** Called with the bytes of the file that were sent. A repeated attempt begins at 0 again. */
  readonly onProgress?: ((sent: { readonly loaded: number; readonly total: number }) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Absent: one is made for this upload. */
  readonly idempotencyKey?: string | undefined;
}

export interface UploadContext {
  readonly url: string;
  readonly transport: Transport;
  readonly credentials: Credentials | undefined;
}

/** Workers take bodies up to 10 MB, with the form around the file. */
const LARGEST_FORM = 9 * 1024 * 1024;
/** Until the answer to an upload must have arrived. */
const TIMEOUT_MS = 600_000;

export async function upload(context: UploadContext, file: Blob, options: UploadOptions = {}): Promise<SentResource> {
  if (file.size <= LARGEST_FORM) return await sendForm(context, file, options);
  try {
    return await sendToAddress(context, file, options);
  } catch (error) {
    // The worker's address is not public everywhere; then the API takes forms of that size, or says that it does not.
    if (error instanceof PharosError && error.status === 0 && !options.signal?.aborted)
      return await sendForm(context, file, options);
    throw error;
  }
}

const nameOf = (file: Blob, { filename }: UploadOptions) => filename ?? ('name' in file ? String(file.name) : 'document');

/** What JSON and forms have beside the document, by its names on the wire. */
const described = ({ title, description, tags, metadata, callbackUrl: callback_url }: UploadOptions) => ({
  title,
  description,
  tags,
  metadata,
  callback_url,
});

async function sendForm(context: UploadContext, file: Blob, options: UploadOptions): Promise<SentResource> {
  const { url, credentials } = context;
  const { body, overhead } = formOf(file, options);
  const headers = options.idempotencyKey === undefined ? {} : { 'Idempotency-Key': options.idempotencyKey };
  return await send(context, { method: 'POST', address: `${url}/resources/upload`, headers, body, credentials }, file, {
    overhead,
    options,
  });
}

async function sendToAddress(context: UploadContext, file: Blob, options: UploadOptions): Promise<SentResource> {
  const { url, transport, credentials } = context;
  const content_type = options.contentType;
  const fields = JSON.stringify({ filename: nameOf(file, options), content_type, ...described(options) });
  const build = () =>
    new Request(`${url}/resources/upload-url`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: fields,
      redirect: 'manual',
    });
  const address = (await (await transport.send(build, { credentials, signal: options.signal })).json()) as UploadAddress;
  // The address holds a ticket and is of another origin: no other credentials go there.
  const body = new Blob([file], { type: file.type || 'application/octet-stream' });
  return await send(context, { method: 'PUT', address: address.upload_url, headers: {}, body }, file, { overhead: 0, options });
}

interface Outgoing {
  readonly method: 'POST' | 'PUT';
  readonly address: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Blob;
  readonly credentials?: Credentials | undefined;
}

async function send(
  { transport }: UploadContext,
  { method, address, headers, body, credentials }: Outgoing,
  file: Blob,
  { overhead, options }: { overhead: number; options: UploadOptions },
): Promise<SentResource> {
  const { onProgress, signal } = options;
  const report = onProgress && ((sent: number) => onProgress(within(sent - overhead, file.size)));
  const init = { method, headers: { 'Content-Type': body.type, ...headers }, redirect: 'manual' } as const;
  const build = () => {
    if (!report) return new Request(address, { ...init, body });
    if (typeof XMLHttpRequest !== 'undefined') return new Request(address, init);
    report(0);
    // The type of RequestInit lacks `duplex`, which the Fetch standard requires with a stream.
    return new Request(address, { ...init, body: counted(body.stream(), report), duplex: 'half' } as RequestInit);
  };
  const fetch: Parts['fetch'] | undefined =
    report && typeof XMLHttpRequest !== 'undefined' ? byXmlHttpRequest(body, report) : undefined;
  const response = await transport.send(build, { credentials, signal, timeout: TIMEOUT_MS, ...(fetch ? { fetch } : {}) });
  return { ...((await response.json()) as AcceptedResource), isNew: response.status === 202 };
}

const within = (sent: number, total: number) => ({ loaded: Math.min(total, Math.max(0, sent)), total });

function counted(body: ReadableStream<Uint8Array>, report: (sent: number) => void): ReadableStream<Uint8Array> {
  let sent = 0;
  return body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform: (chunk, controller) => {
        controller.enqueue(chunk);
        sent += chunk.byteLength;
        report(sent);
      },
    }),
  );
}

/** fetch of browsers tells nothing about what was sent. */
const byXmlHttpRequest =
  (body: Blob, report: (sent: number) => void): Parts['fetch'] =>
  (input, init) =>
    new Promise((resolve, reject) => {
      const request = input as Request;
      const signal = init?.signal;
      if (signal?.aborted) return reject(signal.reason);
      const xhr = new XMLHttpRequest();
      const abort = () => xhr.abort();
      signal?.addEventListener('abort', abort, { once: true });
      xhr.open(request.method, request.url);
      request.headers.forEach((value, name) => {
        xhr.setRequestHeader(name, value);
      });
      xhr.responseType = 'text';
      xhr.upload.onloadstart = () => report(0);
      xhr.upload.onprogress = ({ loaded }) => report(loaded);
      xhr.onerror = () => reject(new TypeError('the upload failed'));
      xhr.onabort = () => reject(signal?.reason);
      xhr.onload = () => resolve(responseOf(xhr, request.url));
      xhr.onloadend = () => signal?.removeEventListener('abort', abort);
      xhr.send(body);
    });

const WITHOUT_BODY: ReadonlySet<number> = new Set([204, 205, 304]);

function responseOf(xhr: XMLHttpRequest, url: string): Response {
  // XMLHttpRequest follows redirects: the answer of another address is not believed.
  if (xhr.responseURL !== '' && xhr.responseURL !== url.replace(/#.*/, '')) {
    return new Response(null, { status: 307, headers: { Location: xhr.responseURL } });
  }
  const lines = xhr.getAllResponseHeaders().trim().split('\r\n').filter(Boolean);
  const headers = lines.map((line) => line.split(/: (.*)/s).slice(0, 2) as [string, string]);
  const { status, statusText } = xhr;
  return new Response(WITHOUT_BODY.has(status) ? null : xhr.responseText, { status, statusText, headers });
}

/**
 * multipart/form-data (RFC 7578) as one Blob, which can be read again for another attempt and whose parts stay where they are,
 * such as in a file. `overhead`: the bytes before the file's.
 */
function formOf(file: Blob, options: UploadOptions): { body: Blob; overhead: number } {
  const boundary = `pharos-${Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
  const { tags = [], metadata, ...texts } = described(options);
  const fields = Object.entries({ ...texts, content_type: options.contentType, metadata: metadata && JSON.stringify(metadata) });
  const pairs = [...fields, ...tags.map((tag) => ['tags', tag] as const)].filter(([, value]) => value !== undefined);
  const texted = pairs.map(
    ([name, value]) => `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  );
  const type = file.type === '' ? '' : `Content-Type: ${file.type}\r\n`;
  const disposition = `Content-Disposition: form-data; name="file"; filename="${escaped(nameOf(file, options))}"`;
  const head = new Blob([...texted, `--${boundary}\r\n${disposition}\r\n${type}\r\n`]);
  const body = new Blob([head, file, `\r\n--${boundary}--\r\n`], { type: `multipart/form-data; boundary=${boundary}` });
  return { body, overhead: head.size };
}

/** As browsers write names (WHATWG HTML, "multipart/form-data encoding algorithm"). */
const escaped = (name: string) => name.replaceAll('"', '%22').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
