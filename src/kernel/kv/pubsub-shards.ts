/**
 * Publish and subscribe through shards: objects that every process can reach and that forward messages. For a runtime whose
 * processes cannot reach one another and whose store cannot push. The hash of a channel's name selects its shard.
 */

import { createFailureLog } from '../core/failure-log.ts';
import type { Log } from '../core/log.ts';
import type { KeyValue } from './key-value.ts';

/** An open connection to one shard. */
export interface ShardSocket {
  onMessage(listener: (channel: string, message: string) => void): void;
  /** Called when either side has closed the connection. */
  onClose(listener: () => void): void;
  close(): void;
}

export interface PubSubShards {
  readonly count: number;
  /** The maximum number of channels per socket. */
  readonly channelsPerSocket: number;
  publish(shard: number, channel: string, message: string): Promise<void>;
  open(shard: number, channels: readonly string[]): Promise<ShardSocket>;
}

type Listener = (message: string) => void;

/** The subscriptions made in one turn of the event loop: the channels of one event stream, which share sockets. */
interface Group {
  readonly listeners: Map<string, Set<Listener>>;
  readonly sockets: Map<ShardSocket, readonly string[]>;
}

/** Pause before a closed socket is opened again. Messages missed meanwhile are read at the next heartbeat. */
const REOPEN_MS = 1000;

export function createShardedPubSub(shards: PubSubShards, { log, reopenMs = REOPEN_MS }: { log: Log; reopenMs?: number }) {
  const failures = createFailureLog(log, 'the progress channel');
  const shardOf = (channel: string) => hash(channel) % shards.count;
  let collecting: Group | undefined;

  const isWanted = ({ listeners }: Group, channels: readonly string[]) => channels.some((name) => listeners.get(name)?.size);

  function openAll(group: Group): void {
    for (const [shard, channels] of Map.groupBy(group.listeners.keys(), shardOf)) {
      for (let from = 0; from < channels.length; from += shards.channelsPerSocket) {
        void open(group, shard, channels.slice(from, from + shards.channelsPerSocket));
      }
    }
  }

  async function open(group: Group, shard: number, channels: readonly string[]): Promise<void> {
    if (!isWanted(group, channels)) return;
    const reopen = () => setTimeout(() => void open(group, shard, channels), reopenMs);
    try {
      const socket = await shards.open(shard, channels);
      group.sockets.set(socket, channels);
      socket.onMessage((channel, message) => {
        for (const listen of [...(group.listeners.get(channel) ?? [])]) listen(message);
      });
      socket.onClose(() => {
        // Sockets closed by `closeUnwanted` were removed from the group before.
        if (group.sockets.delete(socket)) reopen();
      });
      failures.worked();
      closeUnwanted(group);
    } catch (error) {
      failures.failed(error);
      reopen();
    }
  }

  function closeUnwanted(group: Group): void {
    for (const [socket, channels] of group.sockets) {
      if (isWanted(group, channels)) continue;
      group.sockets.delete(socket);
      socket.close();
    }
  }

  function startGroup(): Group {
    const group: Group = { listeners: new Map(), sockets: new Map() };
    queueMicrotask(() => {
      collecting = undefined;
      openAll(group);
    });
    return group;
  }

  return {
    publish: (channel, message) => shards.publish(shardOf(channel), channel, message),
    subscribe: (channel, listener) => {
      collecting ??= startGroup();
      const group = collecting;
      const own: Listener = (message) => listener(message);
      const listeners = group.listeners.get(channel) ?? new Set();
      group.listeners.set(channel, listeners.add(own));
      return () => {
        listeners.delete(own);
        closeUnwanted(group);
      };
    },
  } satisfies Pick<KeyValue, 'publish' | 'subscribe'>;
}

/** FNV-1a, 32 bits; spreads channels evenly over the shards. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return value;
}
