/**
 * Publishing and subscribing through hubs, objects that many processes reach and that pass messages on: for a runtime whose
 * processes hear nothing of one another, and whose store cannot push. A channel belongs to one hub, by its name.
 */

import { createFailureLog } from '../core/failure-log.ts';
import type { Log } from '../core/log.ts';
import type { KeyValue } from './key-value.ts';

/** An open line to one hub. */
export interface ShardSocket {
  onMessage(listener: (channel: string, message: string) => void): void;
  /** Called when the line was cut, by whichever side. */
  onClose(listener: () => void): void;
  close(): void;
}

export interface PubSubShards {
  readonly count: number;
  /** Channels that one socket can carry. */
  readonly channelsPerSocket: number;
  publish(hub: number, channel: string, message: string): Promise<void>;
  open(hub: number, channels: readonly string[]): Promise<ShardSocket>;
}

type Listener = (message: string) => void;

/** What was subscribed to in one turn of the event loop: the channels of one stream, which share sockets. */
interface Group {
  readonly listeners: Map<string, Set<Listener>>;
  readonly sockets: Map<ShardSocket, readonly string[]>;
}

/** Before a socket that was cut is opened again; what was missed meanwhile is read at the next heartbeat. */
const AGAIN_MS = 1000;

export function createShardedPubSub(hubs: PubSubShards, { log, againMs = AGAIN_MS }: { log: Log; againMs?: number }) {
  const outage = createFailureLog(log, 'the progress hub');
  const hubOf = (channel: string) => hash(channel) % hubs.count;
  let gathering: Group | undefined;

  const isWanted = ({ listeners }: Group, channels: readonly string[]) => channels.some((name) => listeners.get(name)?.size);

  function openAll(group: Group): void {
    for (const [hub, channels] of Map.groupBy(group.listeners.keys(), hubOf)) {
      for (let from = 0; from < channels.length; from += hubs.channelsPerSocket) {
        void open(group, hub, channels.slice(from, from + hubs.channelsPerSocket));
      }
    }
  }

  async function open(group: Group, hub: number, channels: readonly string[]): Promise<void> {
    if (!isWanted(group, channels)) return;
    const again = () => setTimeout(() => void open(group, hub, channels), againMs);
    try {
      const socket = await hubs.open(hub, channels);
      group.sockets.set(socket, channels);
      socket.onMessage((channel, message) => {
        for (const listen of [...(group.listeners.get(channel) ?? [])]) listen(message);
      });
      socket.onClose(() => {
        // One that was closed here is no longer among them.
        if (group.sockets.delete(socket)) again();
      });
      outage.worked();
      closeUnwanted(group);
    } catch (error) {
      outage.failed(error);
      again();
    }
  }

  function closeUnwanted(group: Group): void {
    for (const [socket, channels] of group.sockets) {
      if (isWanted(group, channels)) continue;
      group.sockets.delete(socket);
      socket.close();
    }
  }

  function gather(): Group {
    const group: Group = { listeners: new Map(), sockets: new Map() };
    queueMicrotask(() => {
      gathering = undefined;
      openAll(group);
    });
    return group;
  }

  return {
    publish: (channel, message) => hubs.publish(hubOf(channel), channel, message),
    subscribe: (channel, listener) => {
      gathering ??= gather();
      const group = gathering;
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

/** FNV-1a, 32 bits: spreads channels evenly. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return value;
}
