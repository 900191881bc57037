/** The hubs of progress as Durable Objects: a call to publish, a WebSocket to listen. */
import type { PubSubShards } from '../../kernel/kv/pubsub-shards.ts';
import { CHANNELS_PER_SOCKET, type ProgressHub } from './progress-channel.ts';

/** Each object may do about a thousand things a second. */
const COUNT = 8;

export function durableProgressChannels(namespace: DurableObjectNamespace<ProgressHub>): PubSubShards {
  const stubOf = (hub: number) => namespace.get(namespace.idFromName(`hub-${hub}`));
  return {
    count: COUNT,
    channelsPerSocket: CHANNELS_PER_SOCKET,
    publish: async (hub, channel, message) => {
      await stubOf(hub).publish(channel, message);
    },
    open: async (hub, channels) => {
      const query = new URLSearchParams(channels.map((channel) => ['channel', channel]));
      const response = await stubOf(hub).fetch(`https://hub.invalid/?${query}`, { headers: { Upgrade: 'websocket' } });
      const socket = response.webSocket;
      if (!socket) throw new Error(`the hub answered ${response.status}`);
      socket.accept();
      return {
        onMessage: (listener) =>
          socket.addEventListener('message', ({ data }) => {
            const [channel, message] = JSON.parse(String(data)) as [string, string];
            listener(channel, message);
          }),
        onClose: (listener) => {
          for (const end of ['close', 'error'] as const) socket.addEventListener(end, () => listener());
        },
        close: () => socket.close(),
      };
    },
  };
}
