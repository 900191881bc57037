/** Listeners by channel, as every publish and subscribe in one process needs them. */

export interface Listeners<Message> {
  /** Returns the function that ends the subscription. One function may subscribe several times and is then called as often. */
  subscribe(channel: string, listener: (message: Message) => void): () => void;
  /** Calls the listeners that a channel has now; one that throws does not keep the others from being called. */
  emit(channel: string, message: Message): void;
  has(channel: string): boolean;
  /** Ends every subscription without calling `onLast`. */
  clear(): void;
}

export interface ListenersOptions {
  /** Called before a channel's first listener is added. */
  readonly onFirst?: (channel: string) => void;
  /** Called after a channel's last listener has left. */
  readonly onLast?: (channel: string) => void;
  /** Receives what a listener throws. Default: ignored, since neither the publisher nor other listeners can act on it. */
  readonly onError?: (channel: string, error: unknown) => void;
}

export function createListeners<Message>({ onFirst, onLast, onError }: ListenersOptions = {}): Listeners<Message> {
  const channels = new Map<string, Set<(message: Message) => void>>();

  return {
    subscribe: (channel, listener) => {
      // A wrapper per subscription: the same function given twice is two members of the set.
      const member = (message: Message) => listener(message);
      if (!channels.has(channel)) onFirst?.(channel);
      const members = channels.get(channel) ?? new Set();
      channels.set(channel, members.add(member));
      return () => {
        members.delete(member);
        if (members.size > 0 || channels.get(channel) !== members) return;
        channels.delete(channel);
        onLast?.(channel);
      };
    },
    emit: (channel, message) => {
      for (const listener of [...(channels.get(channel) ?? [])]) {
        try {
          listener(message);
        } catch (error) {
          onError?.(channel, error);
        }
      }
    },
    has: (channel) => channels.has(channel),
    clear: () => channels.clear(),
  };
}
