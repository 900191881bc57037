/**
 * Progress between requests: a Durable Object to which each stream of events holds one socket, and to which every report is
 * passed on. However many listen, nobody polls. It hibernates between messages, so a listener costs nothing while it waits.
 * docs/decisions/0010 compares it with polling the store.
 */
import { DurableObject } from 'cloudflare:workers';

/** The platform's limit of tags per socket; a tag is a channel. */
export const CHANNELS_PER_SOCKET = 10;
/** How long the last message of a channel is kept for whoever is about to listen, and of how many channels. */
const KEPT_MS = 60_000;
const KEPT = 1000;

export class ProgressHub extends DurableObject {
  /** What was published a moment ago: a listener reads the record while its socket is still being opened. */
  readonly #recent = new Map<string, { readonly message: string; readonly until: number }>();

  /** Passes `message` on to whoever listens to `channel`. */
  publish(channel: string, message: string): void {
    this.#remember(channel, message);
    for (const socket of this.ctx.getWebSockets(channel)) send(socket, channel, message);
  }

  /** How many sockets are open. */
  listeners(): number {
    return this.ctx.getWebSockets().length;
  }

  /** Opens a socket that hears of the channels named in the query. */
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
    this.#recent.set(channel, { message, until: now + KEPT_MS });
    for (const [oldest, { until }] of this.#recent) {
      if (this.#recent.size <= KEPT && until > now) break;
      this.#recent.delete(oldest);
    }
  }
}

function send(socket: WebSocket, channel: string, message: string): void {
  try {
    socket.send(JSON.stringify([channel, message]));
  } catch {
    // Its reader has gone, and the platform has not noticed yet.
  }
}
