/**
 * XMLHttpRequest as its standard describes it (https://xhr.spec.whatwg.org), as far as an upload uses it: the order of events,
 * progress as the body leaves, redirects followed with the body, header names in lower case, and no event after `abort`'s.
 */
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';

type Handler = ((event: { loaded: number; total: number }) => void) | null;

const PIECE = 16 * 1024;
const MOST_REDIRECTS = 20;

export class FakeXmlHttpRequest {
  /** What was constructed since the test began. */
  static readonly made: FakeXmlHttpRequest[] = [];

  readonly upload: { onloadstart: Handler; onprogress: Handler } = { onloadstart: null, onprogress: null };
  onload: Handler = null;
  onerror: Handler = null;
  onabort: Handler = null;
  onloadend: Handler = null;
  responseType = '';
  responseText = '';
  responseURL = '';
  status = 0;
  statusText = '';
  readonly events: string[] = [];
  #method = '';
  #url = '';
  #headers: Record<string, string> = {};
  #response: IncomingMessage | undefined;
  #outgoing: ClientRequest | undefined;
  #state: 'unsent' | 'opened' | 'sent' | 'done' = 'unsent';

  constructor() {
    FakeXmlHttpRequest.made.push(this);
  }

  open(method: string, url: string): void {
    [this.#method, this.#url, this.#state] = [method, url, 'opened'];
  }

  setRequestHeader(name: string, value: string): void {
    if (this.#state !== 'opened') throw new DOMException('The object is in an invalid state', 'InvalidStateError');
    this.#headers[name] = value;
  }

  send(body: Blob): void {
    if (this.#state !== 'opened') throw new DOMException('The object is in an invalid state', 'InvalidStateError');
    this.#state = 'sent';
    this.#fire(this.upload.onloadstart, 'upload.loadstart', 0, body.size);
    void this.#transmit(new URL(this.#url), body, 0).catch(() => this.#end(this.onerror, 'error'));
  }

  abort(): void {
    if (this.#state !== 'sent') return;
    this.#outgoing?.destroy();
    this.#end(this.onabort, 'abort');
  }

  getAllResponseHeaders(): string {
    const headers = Object.entries(this.#response?.headers ?? {}).toSorted(([a], [b]) => (a < b ? -1 : 1));
    return headers.map(([name, value]) => `${name.toLowerCase()}: ${String(value)}\r\n`).join('');
  }

  async #transmit(url: URL, body: Blob, redirects: number): Promise<void> {
    const bytes = new Uint8Array(await body.arrayBuffer());
    if (this.#state !== 'sent') return;
    const headers = { ...this.#headers, 'Content-Length': String(bytes.byteLength) };
    const outgoing = request(url, { method: this.#method, headers });
    this.#outgoing = outgoing;
    const response = new Promise<IncomingMessage>((resolve, reject) => outgoing.once('response', resolve).once('error', reject));
    response.catch(() => undefined);
    for (let at = 0; at < bytes.byteLength && !outgoing.destroyed; at += PIECE) {
      const piece = bytes.subarray(at, at + PIECE);
      await new Promise<void>((resolve) => outgoing.write(piece, () => resolve()));
      this.#fire(this.upload.onprogress, 'upload.progress', at + piece.byteLength, bytes.byteLength);
    }
    outgoing.end();
    const answer = await response;
    const { statusCode = 0, headers: received } = answer;
    if ([307, 308].includes(statusCode) && received.location !== undefined) {
      if (redirects >= MOST_REDIRECTS) throw new Error('too many redirects');
      answer.resume();
      return await this.#transmit(new URL(received.location, url), body, redirects + 1);
    }
    const responseText = await text(answer);
    if (this.#state !== 'sent') return;
    Object.assign(this, { status: statusCode, statusText: answer.statusMessage ?? '', responseText, responseURL: url.href });
    this.#response = answer;
    this.#end(this.onload, 'load');
  }

  #end(handler: Handler, name: string): void {
    if (this.#state === 'done') return;
    this.#state = 'done';
    this.#fire(handler, name, 0, 0);
    this.#fire(this.onloadend, 'loadend', 0, 0);
  }

  #fire(handler: Handler, name: string, loaded: number, total: number): void {
    if (this.#state === 'done' && name.startsWith('upload.')) return;
    this.events.push(name);
    handler?.({ loaded, total });
  }
}
