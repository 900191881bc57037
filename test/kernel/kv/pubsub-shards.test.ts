/** Subscriptions through hubs: who hears what, over how many sockets, and what happens when one is cut. */
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { createShardedPubSub, type PubSubShards, type ShardSocket } from '../../../src/kernel/kv/pubsub-shards.ts';
import { memoryLog } from '../../support/fakes/doubles.ts';

interface Line {
  readonly hub: number;
  readonly channels: readonly string[];
  tell(channel: string, message: string): void;
  cut(): void;
}

/** Hubs in this process: they pass on what is published to the lines that carry its channel. */
function localHubs({ count = 4, channelsPerSocket = 3 } = {}) {
  const lines = new Set<Line>();
  let opened = 0;
  let away = false;
  const hubs: PubSubShards = {
    count,
    channelsPerSocket,
    publish: async (hub, channel, message) => {
      for (const line of lines) if (line.hub === hub && line.channels.includes(channel)) line.tell(channel, message);
    },
    open: async (hub, channels) => {
      if (away) throw new Error('the hub is away');
      if (channels.length > channelsPerSocket) throw new Error('a socket carries no more channels');
      opened += 1;
      const onMessage: Parameters<ShardSocket['onMessage']>[0][] = [];
      const onClose: (() => void)[] = [];
      const end = () => {
        if (lines.delete(line)) for (const listener of onClose) listener();
      };
      const line: Line = {
        hub,
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
    hubs,
    lines,
    opened: () => opened,
    setAway: (value: boolean) => {
      away = value;
    },
  };
}

/** Until sockets are open: everything here is answered within the turn. */
const settle = () => new Promise((resolve) => setImmediate(resolve));
const start = (options?: { count?: number; channelsPerSocket?: number }) => {
  const local = localHubs(options);
  const log = memoryLog();
  return { ...local, log, channels: createShardedPubSub(local.hubs, { log, reopenMs: 1 }) };
};

test('a listener hears what is published to its channel, and nothing after it has left', async () => {
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

test('for any channels of one stream, each travels on one socket, no socket carries too many, and none is left afterwards', async () => {
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

test('streams that begin in different turns have sockets of their own', async () => {
  const { channels, lines } = start();
  const leaveFirst = channels.subscribe('a', () => undefined);
  await settle();
  channels.subscribe('a', () => undefined);
  await settle();
  expect(lines.size).toBe(2);
  leaveFirst();
  expect(lines.size).toBe(1);
});

test('a socket that is cut is opened again for who still listens, and for nobody else', async () => {
  const { channels, lines, opened } = start();
  const heard: string[] = [];
  const leave = channels.subscribe('a', (message) => heard.push(message));
  await settle();
  for (const line of lines) line.cut();
  await vi.waitFor(() => expect(lines.size).toBe(1));
  await channels.publish('a', 'after');
  expect(heard).toEqual(['after']);
  leave();
  await settle();
  expect([lines.size, opened()]).toEqual([0, 2]);
});

test('who leaves before the socket is open leaves none behind', async () => {
  const { channels, lines } = start();
  channels.subscribe('a', () => undefined)();
  await settle();
  expect(lines.size).toBe(0);
});

test('a hub that is away is logged once and asked again until it is back', async () => {
  const { channels, lines, log, setAway } = start();
  setAway(true);
  channels.subscribe('a', () => undefined);
  await vi.waitFor(() => expect(log.lines).toHaveLength(1));
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(log.lines.map(({ message }) => message)).toEqual(['the progress channel is away']);
  setAway(false);
  await vi.waitFor(() => expect(lines.size).toBe(1));
  expect(log.lines.at(-1)?.message).toBe('the progress channel is back');
});
