/** Lets long works of one thread take turns, with its events in between: however many there are, an event waits for one turn. */

export interface TurnsDependencies {
  /** Milliseconds of a turn. */
  readonly turnMs: number;
  monotonic(): number;
  /** Resolves once the events that have come were looked at. */
  events(): Promise<void>;
}

/** Answers a function that a work calls between its steps: it waits where the turn is over, behind the works that wait already. */
export function createTurns({ turnMs, monotonic, events }: TurnsDependencies): () => Promise<void> {
  const waiting: (() => void)[] = [];
  let turnAt = monotonic();

  /** Gives one work its turn after each look at the events. */
  async function giveTurns(): Promise<void> {
    while (waiting.length > 0) {
      await events();
      turnAt = monotonic();
      waiting.shift()?.();
    }
  }

  return async function pause() {
    if (monotonic() - turnAt < turnMs) return;
    const turn = Promise.withResolvers<void>();
    waiting.push(turn.resolve);
    if (waiting.length === 1) void giveTurns();
    await turn.promise;
  };
}
