/**
 * Messages over a store that cannot push: each channel is a short stream, and one poll per process asks for all channels
 * that somebody listens to, only while somebody does, and less often while the store is away.
 */

export interface StreamReader {
  /** The id of a stream's newest entry, `0-0` where there is none. */
  newest(channel: string): Promise<string>;
  /** What came after each channel's id: entries in order. One round trip, however many channels. */
  after(positions: ReadonlyMap<string, string>): Promise<ReadonlyMap<string, readonly { id: string; message: string }[]>>;
}

export interface StreamPoller {
  subscribe(channel: string, listener: (message: string) => void): () => void;
  close(): void;
}

const LONGEST_PAUSE_MS = 10_000;

interface Watched {
  readonly listeners: Set<(message: string) => void>;
  /** What it has been read to; none until its first poll. */
  position: string | undefined;
}

export function createStreamPoller(reader: StreamReader, { intervalMs }: { intervalMs: number }): StreamPoller {
  const channels = new Map<string, Watched>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let polling = false;
  let failures = 0;
  let closed = false;

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
      // The port's users read now and then: what was missed is made good, and they log the outage.
      failures += 1;
    }
    polling = false;
    // Whoever came while the poll was under way is not in it.
    const isNew = failures === 0 && [...channels.values()].some(({ position }) => position === undefined);
    schedule(isNew ? 0 : Math.min(LONGEST_PAUSE_MS, intervalMs * 2 ** Math.min(failures, 10)));
  }

  async function read(): Promise<void> {
    const watched = [...channels];
    const known = watched.filter(([, { position }]) => position !== undefined);
    const fresh = watched.filter(([, { position }]) => position === undefined);
    const positions = new Map(known.map(([channel, { position = '' }]) => [channel, position]));
    const [found] = await Promise.all([
      positions.size > 0 ? reader.after(positions) : undefined,
      ...fresh.map(async ([channel, one]) => {
        one.position = await reader.newest(channel);
      }),
    ]);
    for (const [channel, one] of known) {
      const entries = found?.get(channel) ?? [];
      one.position = entries.at(-1)?.id ?? one.position;
      for (const { message } of entries) tell(one, message);
    }
  }

  return {
    subscribe: (channel, listener) => {
      const own = (message: string) => listener(message);
      const known = channels.get(channel);
      const watched = known ?? { listeners: new Set(), position: undefined };
      watched.listeners.add(own);
      channels.set(channel, watched);
      // At once: only what is published after the first look is heard.
      if (!known) schedule(failures === 0 ? 0 : intervalMs);
      return () => {
        watched.listeners.delete(own);
        // Whoever comes after the last has left starts anew: what is on its way is not for them.
        if (watched.listeners.size === 0 && channels.get(channel) === watched) channels.delete(channel);
        if (channels.size === 0) clearTimeout(timer);
      };
    },
    close: () => {
      closed = true;
      clearTimeout(timer);
      channels.clear();
    },
  };
}

function tell({ listeners }: Watched, message: string): void {
  for (const listener of [...listeners]) {
    try {
      listener(message);
    } catch {
      // A listener's fault is its own.
    }
  }
}
