/** Sends the bodies of a change of many documents. */
import type { BulkBody } from './bulk-bodies.ts';

type Post<Answer> = (body: BulkBody, keepalive: boolean) => Promise<Answer>;

/**
 * One after another; together while the page is left, because nothing runs afterwards. A request with keepalive outlives its page,
 * but browsers allow 64 KiB of them: that is one body of a thousand ids. The others leave with the page as far as they can.
 */
export async function sendBodies<Answer>(bodies: readonly BulkBody[], isLeaving: boolean, post: Post<Answer>): Promise<Answer[]> {
  if (isLeaving) return await Promise.all(bodies.map((body, place) => post(body, place === 0)));
  const answers: Answer[] = [];
  for (const body of bodies) answers.push(await post(body, false));
  return answers;
}
