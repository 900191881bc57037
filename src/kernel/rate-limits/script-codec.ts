/** The arguments and replies of CONSUME_SCRIPT, the same over TCP and REST. */
import type { ConsumeRequest, ConsumeResult } from './store.ts';

/** The script's reply: the time, the values read, then the numbers of each decision. */
export type ConsumeReply = readonly (string | number)[];

/** The keys that `requests` read, each once. */
const keysToRead = (requests: readonly ConsumeRequest[]) => new Set(requests.flatMap(({ read }) => read));

/** Keys and arguments of CONSUME_SCRIPT: the limited keys, then the keys to read. */
function consumeArguments(requests: readonly ConsumeRequest[]): { keys: string[]; args: string[] } {
  const limits = requests.flatMap(({ limit }) => limit ?? []);
  const args = limits.flatMap(({ cost, peek, policies }) => [
    peek ? -cost : cost,
    policies.length,
    ...policies.flatMap(({ windowMs, limit, paid = 0 }) => [windowMs, limit, paid]),
  ]);
  return { keys: [...limits.map(({ key }) => key), ...keysToRead(requests)], args: ['', limits.length, ...args].map(String) };
}

/** Runs the script for `requests`, unless they name no key. */
export async function consumeByScript(
  requests: readonly ConsumeRequest[],
  run: (keys: string[], args: string[]) => Promise<ConsumeReply>,
): Promise<ConsumeResult[]> {
  const { keys, args } = consumeArguments(requests);
  return toConsumeResults(requests, keys.length > 0 ? await run(keys, args) : [0]);
}

/** Splits the script's reply into a result for each request. Throws if the reply does not fit the requests. */
function toConsumeResults(requests: readonly ConsumeRequest[], reply: ConsumeReply): ConsumeResult[] {
  if (!Array.isArray(reply)) throw malformed();
  const values = new Map<string, string | undefined>();
  let at = 1;
  for (const key of keysToRead(requests)) values.set(key, reply[at++] === '' ? undefined : String(reply[at - 1]));
  const number = () => {
    const value = reply[at++];
    if (typeof value !== 'number' || !Number.isFinite(value)) throw malformed();
    return value;
  };
  const results = requests.map(({ limit, read }): ConsumeResult => {
    const found = read.map((key) => values.get(key));
    if (!limit) return { values: found };
    const retryAfterMs = number();
    const states = limit.policies.map((policy) => ({ policy, remaining: number(), resetAt: number() }));
    return { values: found, decision: { admitted: retryAfterMs === 0, retryAfterMs, states } };
  });
  if (at !== reply.length) throw malformed();
  return results;
}

const malformed = () => new Error('the store sent a malformed reply');
