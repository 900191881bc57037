/** The shards of the progress channels as Durable Objects: a call publishes, a WebSocket subscribes. */
import type { PubSubShards } from '../../kernel/kv/pubsub-shards.ts';
import { CHANNELS_PER_SOCKET, type ProgressHub } from './progress-channel.ts';

/** An object handles about a thousand operations a second (docs/decisions/0010). */
const COUNT = 8;

export function durableProgressChannels(namespace: DurableObjectNamespace<ProgressHub>): PubSubShards {
  // Deployed objects have these names.
  const stubOf = (shard: number) => namespace.get(namespace.idFromName(`hub-${shard}`));
  return {
    count: COUNT,
    channelsPerSocket: CHANNELS_PER_SOCKET,
    publish: async (shard, channel, message) => {
      await stubOf(shard).publish(channel, message);
    },
    open: async (shard, channels) => {
      const query = new URLSearchParams(channels.map((channel) => ['channel', channel]));
      const response = await stubOf(shard).fetch(`https://channel.invalid/?${query}`, { headers: { Upgrade: 'websocket' } });
      const socket = response.webSocket;
      if (!socket) throw new Error(`the Durable Object responded with ${response.status}`);
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
