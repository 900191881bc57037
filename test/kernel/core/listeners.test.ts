import { expect, test, vi } from 'vitest';
import { createListeners } from '../../../src/kernel/core/listeners.ts';

test('listeners: a message reaches the listeners of its channel only, until each unsubscribes', () => {
  const listeners = createListeners<string>();
  const heard: string[] = [];
  const leave = listeners.subscribe('a', (message) => heard.push(`a:${message}`));
  listeners.subscribe('b', (message) => heard.push(`b:${message}`));
  listeners.emit('a', '1');
  leave();
  listeners.emit('a', '2');
  listeners.emit('b', '3');
  listeners.emit('c', '4');
  expect(heard).toEqual(['a:1', 'b:3']);
  expect([listeners.has('a'), listeners.has('b')]).toEqual([false, true]);
});

test('listeners: one function subscribed twice is called twice, and unsubscribing one leaves the other', () => {
  const listeners = createListeners<string>();
  const listener = vi.fn();
  const leave = listeners.subscribe('a', listener);
  listeners.subscribe('a', listener);
  listeners.emit('a', 'x');
  expect(listener).toHaveBeenCalledTimes(2);
  leave();
  leave();
  listeners.emit('a', 'y');
  expect(listener).toHaveBeenCalledTimes(3);
});

test('listeners: one that throws is reported and does not keep the others from receiving the message', () => {
  const onError = vi.fn();
  const listeners = createListeners<string>({ onError });
  const broken = new Error('broken');
  const heard = vi.fn();
  listeners.subscribe('a', () => {
    throw broken;
  });
  listeners.subscribe('a', heard);
  listeners.emit('a', 'x');
  expect(onError).toHaveBeenCalledExactlyOnceWith('a', broken);
  expect(heard).toHaveBeenCalledExactlyOnceWith('x');
});

test('listeners: a channel opens with its first listener and closes with its last, once each', () => {
  const events: string[] = [];
  const listeners = createListeners<string>({
    onFirst: (channel) => events.push(`first ${channel}`),
    onLast: (channel) => events.push(`last ${channel}`),
  });
  const leaveOne = listeners.subscribe('a', () => {});
  const leaveOther = listeners.subscribe('a', () => {});
  leaveOne();
  leaveOther();
  leaveOther();
  const leaveAgain = listeners.subscribe('a', () => {});
  leaveOther();
  expect(events).toEqual(['first a', 'last a', 'first a']);
  leaveAgain();
  expect(events.at(-1)).toBe('last a');
});

test('listeners: one that unsubscribes another during a message does not skip a third', () => {
  const listeners = createListeners<string>();
  const heard: string[] = [];
  let leaveSecond = () => {};
  listeners.subscribe('a', () => {
    heard.push('first');
    leaveSecond();
  });
  leaveSecond = listeners.subscribe('a', () => heard.push('second'));
  listeners.subscribe('a', () => heard.push('third'));
  listeners.emit('a', 'x');
  expect(heard).toEqual(['first', 'second', 'third']);
});

test('listeners: clear ends every subscription, and unsubscribing afterwards does nothing', () => {
  const onLast = vi.fn();
  const listeners = createListeners<string>({ onLast });
  const heard = vi.fn();
  const leave = listeners.subscribe('a', heard);
  listeners.clear();
  listeners.emit('a', 'x');
  leave();
  expect(heard).not.toHaveBeenCalled();
  expect(onLast).not.toHaveBeenCalled();
});
