/**
 * Progress channels between requests: a Durable Object that forwards each published message to the sockets of event streams.
 * There is no polling. The object hibernates between messages, so a waiting listener costs nothing. docs/decisions/0010
 * compares it with polling the store. The class keeps the name under which it is deployed.
 */
import { DurableObject } from 'cloudflare:workers';

/** The platform's limit of tags per socket; a tag is a channel. */
export const CHANNELS_PER_SOCKET = 10;
/** Milliseconds for which the last message of a channel is kept for new listeners, and the number of channels kept. */
const RECENT_MS = 60_000;
const MAX_RECENT = 1000;

export class ProgressHub extends DurableObject {
  /** The last message per channel: one may be published while a listener's socket is still being opened. */
  readonly #recent = new Map<string, { readonly message: string; readonly until: number }>();

  /** Forwards `message` to the listeners of `channel`. */
  publish(channel: string, message: string): void {
    this.#remember(channel, message);
    for (const socket of this.ctx.getWebSockets(channel)) send(socket, channel, message);
  }

  /** The number of open sockets. */
  listeners(): number {
    return this.ctx.getWebSockets().length;
  }

  /** Opens a socket that receives the messages of the channels in the query. */
  override async fetch(request: Request): Promise<Response> {
    const channels = new URL(request.url).searchParams.getAll('channel');
    const { 0: client, 1: server } = new WebSocketPair();
    this.ctx.acceptWebSocket(server, channels);
    for (const channel of channels) {
      const last = this.#recent.get(channel);
      if (last && last.until > performance.now()) send(server, channel, last.message);
    }
    return new Response(null, { status: 101, webSocket: client });
  }

  override async webSocketClose(socket: WebSocket): Promise<void> {
    socket.close();
  }

  #remember(channel: string, message: string): void {
    const now = performance.now();
    this.#recent.delete(channel);
    this.#recent.set(channel, { message, until: now + RECENT_MS });
    for (const [oldest, { until }] of this.#recent) {
      if (this.#recent.size <= MAX_RECENT && until > now) break;
      this.#recent.delete(oldest);
    }
  }
}

function send(socket: WebSocket, channel: string, message: string): void {
  try {
    socket.send(JSON.stringify([channel, message]));
  } catch {
    // The client has disconnected, and the platform has not noticed yet.
  }
}
