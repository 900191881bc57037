/**
 * Subscriptions on a store that cannot push. Each channel is a short stream; one poll per process reads all subscribed
 * channels. Polls stop without subscriptions and back off while the store fails.
 */

import { createListeners } from '../core/listeners.ts';

export interface StreamReader {
  /** The id of the channel's newest entry; `0-0` without entries. */
  newest(channel: string): Promise<string>;
  /** The entries after each channel's id, in order, in one round trip for all channels. */
  after(positions: ReadonlyMap<string, string>): Promise<ReadonlyMap<string, readonly { id: string; message: string }[]>>;
}

export interface StreamPoller {
  subscribe(channel: string, listener: (message: string) => void): () => void;
  close(): void;
}

const MAX_PAUSE_MS = 10_000;

interface Channel {
  /** The id of the last entry read; undefined before the first poll. */
  position: string | undefined;
}

export function createStreamPoller(reader: StreamReader, { intervalMs }: { intervalMs: number }): StreamPoller {
  const channels = new Map<string, Channel>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let polling = false;
  let failures = 0;
  let closed = false;

  const listeners = createListeners<string>({
    onFirst: (channel) => {
      channels.set(channel, { position: undefined });
      // Immediately: only messages published after the first poll are received.
      schedule(failures === 0 ? 0 : intervalMs);
    },
    onLast: (channel) => {
      // A later subscription starts anew and does not receive messages that are still on their way.
      channels.delete(channel);
      if (channels.size === 0) clearTimeout(timer);
    },
  });

  function schedule(ms: number): void {
    if (closed || polling || channels.size === 0) return;
    clearTimeout(timer);
    timer = setTimeout(() => void poll(), ms);
  }

  async function poll(): Promise<void> {
    polling = true;
    try {
      await read();
      failures = 0;
    } catch {
      // Subscribers also read state at intervals, which repairs missed messages, and they log the outage.
      failures += 1;
    }
    polling = false;
    // A channel subscribed during the poll was not part of it.
    const hasNew = failures === 0 && [...channels.values()].some(({ position }) => position === undefined);
    schedule(hasNew ? 0 : Math.min(MAX_PAUSE_MS, intervalMs * 2 ** Math.min(failures, 10)));
  }

  async function read(): Promise<void> {
    const subscribed = [...channels];
    const known = subscribed.filter(([, { position }]) => position !== undefined);
    const fresh = subscribed.filter(([, { position }]) => position === undefined);
    const positions = new Map(known.map(([name, { position = '' }]) => [name, position]));
    const [found] = await Promise.all([
      positions.size > 0 ? reader.after(positions) : undefined,
      ...fresh.map(async ([name, channel]) => {
        channel.position = await reader.newest(name);
      }),
    ]);
    for (const [name, channel] of known) {
      const entries = found?.get(name) ?? [];
      channel.position = entries.at(-1)?.id ?? channel.position;
      for (const { message } of entries) if (channels.get(name) === channel) listeners.emit(name, message);
    }
  }

  return {
    subscribe: listeners.subscribe,
    close: () => {
      closed = true;
      clearTimeout(timer);
      listeners.clear();
      channels.clear();
    },
  };
}
