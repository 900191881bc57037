/** A document on its way into the library, and what its row says. Pure: no signal, no request. */
import type { ResourceProgress } from '../../../clients/typescript/src/index.ts';
import type { StageState } from '../parts/stages.tsx';

export type Stage = keyof ResourceProgress['stages'];

/** In the order of the tracks, which is fixed: stages run in another one. */
export const STAGES = ['ingestion', 'quality', 'taxonomy', 'graph', 'embedding'] as const satisfies readonly Stage[];

/** What an entry sends. It is kept so that it can be sent again. */
export type Source =
  | { readonly kind: 'file'; readonly file: File }
  | { readonly kind: 'url'; readonly url: string }
  | { readonly kind: 'text'; readonly text: string };

export type Phase =
  /** Waits for its turn to be sent. */
  | { readonly name: 'queued' }
  /** `loaded` of `total` bytes have left. */
  | { readonly name: 'sending'; readonly loaded: number; readonly total: number }
  /** The server did not take it. */
  | { readonly name: 'refused'; readonly reason: string }
  /** The server has it. `status` is what it said first; `progress` follows. */
  | {
      readonly name: 'stored';
      readonly id: string;
      readonly status: ResourceProgress['overall_status'];
      readonly progress?: ResourceProgress | undefined;
    };

export interface Entry {
  readonly key: string;
  /** Documents are sent and worked on in this order. */
  readonly turn: number;
  /** The file name, the address, or the first words of a text. */
  readonly title: string;
  /** Of the title, as far as it is known. */
  readonly language?: string | undefined;
  /** What stands under the title: type, size, language. */
  readonly facts: readonly string[];
  /** Absent for a document that was found after the page was loaded. */
  readonly source?: Source | undefined;
  readonly phase: Phase;
}

/** `work`: the server or this page is at it. `needs`: it failed, and a person decides. */
export type Kind = 'work' | 'needs' | 'ready';

export function kindOf({ phase }: Entry): Kind {
  if (phase.name === 'refused') return 'needs';
  if (phase.name !== 'stored') return 'work';
  const status = phase.progress?.overall_status ?? phase.status;
  return status === 'failed' ? 'needs' : status === 'completed' ? 'ready' : 'work';
}

export const idOf = ({ phase }: Entry): string | undefined => (phase.name === 'stored' ? phase.id : undefined);

export const byTurn = (a: Entry, b: Entry): number => a.turn - b.turn;

/** Whether its progress has to be followed: of one that has ended, until it is known how. */
export const isFollowed = (entry: Entry): boolean =>
  entry.phase.name === 'stored' && (kindOf(entry) === 'work' || entry.phase.progress === undefined);

/** Whether leaving the page would lose it. */
export const isUnsent = ({ phase }: Entry): boolean => phase.name === 'queued' || phase.name === 'sending';

export interface Track {
  readonly stage: Stage;
  readonly state: StageState;
  /** From 0 to 1. */
  readonly filled: number;
}

/** `isStale`: the server is away, so what moves is shown as it was last known. `isOver`: what has not begun does not begin any more. */
export function tracksOf(progress: ResourceProgress | undefined, isStale: boolean, isOver = false): readonly Track[] {
  return STAGES.map((stage) => {
    const status = progress?.stages[stage] ?? 'pending';
    const percent = progress?.detail[stage].percent ?? 0;
    if (status === 'completed') return { stage, state: 'done', filled: 1 };
    if (status === 'failed') return { stage, state: 'failed', filled: 0 };
    if (status === 'pending') return { stage, state: isOver ? 'omitted' : 'pending', filled: 0 };
    return { stage, state: isStale ? 'stale' : 'active', filled: percent / 100 };
  });
}

/** What went wrong with a document that is tried again by itself; undefined for every other one. */
export function setbackOf(progress: ResourceProgress | undefined): string | undefined {
  if (progress?.overall_status !== 'pending') return undefined;
  const waits = STAGES.map((stage) => progress.detail[stage]).find(({ attempt, message }) => attempt > 0 && message !== null);
  return waits?.message ?? undefined;
}

/** Counts by kind; `all` is their sum. */
export function countKinds(entries: readonly Entry[]): Readonly<Record<Kind | 'all', number>> {
  const counts = { all: entries.length, work: 0, needs: 0, ready: 0 };
  for (const entry of entries) counts[kindOf(entry)] += 1;
  return counts;
}
