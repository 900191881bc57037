/** Reads the event stream of a resource to its end. */
import type { Client, Progress } from '../../support/kits/client.ts';

export const COMPLETED = {
  ingestion: 'completed',
  quality: 'completed',
  taxonomy: 'completed',
  graph: 'completed',
  embedding: 'completed',
};

export interface ProgressEvent {
  readonly event: string;
  readonly id: number;
  readonly data: Progress;
}

export function eventsIn(text: string): ProgressEvent[] {
  return text
    .split('\n\n')
    .filter((block) => block.includes('data:'))
    .map((block) => {
      const fields = Object.fromEntries(block.split('\n').map((line) => line.split(/: (.*)/s).slice(0, 2)));
      return { event: fields.event, id: Number(fields.id), data: JSON.parse(fields.data) };
    });
}

/** Resolves with all events when the stream has ended, because every stage is settled. */
export async function watch(client: Client, id: string): Promise<ProgressEvent[]> {
  const { status, body } = await client.call<string>('GET', `/resources/${id}/progress/events`);
  if (status !== 200) throw new Error(`the stream answered ${status}: ${JSON.stringify(body)}`);
  return eventsIn(body);
}
