/** Subscriptions through shards: delivery, the number of sockets, and reconnection. */
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { createShardedPubSub, type PubSubShards, type ShardSocket } from '../../../src/kernel/kv/pubsub-shards.ts';
import { memoryLog } from '../../support/fakes/doubles.ts';

interface Line {
  readonly shard: number;
  readonly channels: readonly string[];
  tell(channel: string, message: string): void;
  cut(): void;
}

/** Shards in this process. They forward messages to the lines that carry their channel. */
function localShards({ count = 4, channelsPerSocket = 3 } = {}) {
  const lines = new Set<Line>();
  let opened = 0;
  let away = false;
  const shards: PubSubShards = {
    count,
    channelsPerSocket,
    publish: async (shard, channel, message) => {
      for (const line of lines) if (line.shard === shard && line.channels.includes(channel)) line.tell(channel, message);
    },
    open: async (shard, channels) => {
      if (away) throw new Error('the shard is down');
      if (channels.length > channelsPerSocket) throw new Error('too many channels for one socket');
      opened += 1;
      const onMessage: Parameters<ShardSocket['onMessage']>[0][] = [];
      const onClose: (() => void)[] = [];
      const end = () => {
        if (lines.delete(line)) for (const listener of onClose) listener();
      };
      const line: Line = {
        shard,
        channels,
        tell: (channel, message) => {
          for (const listener of onMessage) listener(channel, message);
        },
        cut: end,
      };
      lines.add(line);
      return {
        onMessage: (listener) => void onMessage.push(listener),
        onClose: (listener) => void onClose.push(listener),
        close: end,
      };
    },
  };
  return {
    shards,
    lines,
    opened: () => opened,
    setAway: (value: boolean) => {
      away = value;
    },
  };
}

/** Waits until sockets are open; local shards reply within one turn of the event loop. */
const settle = () => new Promise((resolve) => setImmediate(resolve));
const start = (options?: { count?: number; channelsPerSocket?: number }) => {
  const local = localShards(options);
  const log = memoryLog();
  return { ...local, log, channels: createShardedPubSub(local.shards, { log, reopenMs: 1 }) };
};

test('sharded pub/sub: a listener receives its channel’s messages until it unsubscribes', async () => {
  const { channels, lines } = start();
  const heard: string[] = [];
  const leave = channels.subscribe('a', (message) => heard.push(message));
  channels.subscribe('b', () => undefined);
  await settle();
  await channels.publish('a', '1');
  await channels.publish('b', '2');
  leave();
  await channels.publish('a', '3');
  expect(heard).toEqual(['1']);
  expect([...lines].flatMap((line) => line.channels)).toContain('b');
});

test('sharded pub/sub: each channel of a stream uses one socket, sockets are within their limit, and all are closed at the end', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 40 }),
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 1, max: 12 }),
      async (names, count, channelsPerSocket) => {
        const { channels, lines } = start({ count, channelsPerSocket });
        const heard: string[] = [];
        const leaving = names.map((name) => channels.subscribe(name, () => heard.push(name)));
        await settle();
        expect([...lines].flatMap((line) => line.channels).sort()).toEqual([...names].sort());
        for (const name of names) await channels.publish(name, 'news');
        expect(heard).toEqual(names);
        for (const leave of leaving) leave();
        expect(lines.size).toBe(0);
      },
    ),
  );
});

test('sharded pub/sub: subscriptions of different turns do not share sockets', async () => {
  const { channels, lines } = start();
  const leaveFirst = channels.subscribe('a', () => undefined);
  await settle();
  channels.subscribe('a', () => undefined);
  await settle();
  expect(lines.size).toBe(2);
  leaveFirst();
  expect(lines.size).toBe(1);
});

test('sharded pub/sub: a closed socket is reopened while its channels have listeners, and not otherwise', async () => {
  const { channels, lines, opened } = start();
  const heard: string[] = [];
  const leave = channels.subscribe('a', (message) => heard.push(message));
  await settle();
  for (const line of lines) line.cut();
  await vi.waitFor(() => expect(lines.size).toBe(1), { timeout: 60_000, interval: 20 });
  await channels.publish('a', 'after');
  expect(heard).toEqual(['after']);
  leave();
  await settle();
  expect([lines.size, opened()]).toEqual([0, 2]);
});

test('sharded pub/sub: unsubscribing before the socket is open leaves no socket behind', async () => {
  const { channels, lines } = start();
  channels.subscribe('a', () => undefined)();
  await settle();
  expect(lines.size).toBe(0);
});

test('sharded pub/sub: an outage is logged once, and the socket reopened when the shard is back', async () => {
  const { channels, lines, log, setAway } = start();
  setAway(true);
  channels.subscribe('a', () => undefined);
  await vi.waitFor(() => expect(log.lines).toHaveLength(1), { timeout: 60_000, interval: 20 });
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(log.lines.map(({ message }) => message)).toEqual(['the progress channel fails']);
  setAway(false);
  await vi.waitFor(() => expect(lines.size).toBe(1), { timeout: 60_000, interval: 20 });
  expect(log.lines.at(-1)?.message).toBe('the progress channel works again');
});
