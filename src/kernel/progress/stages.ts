/** The five stages, how they depend on one another, and how their statuses add up (DESIGN section 6). */

export const STAGES = ['ingestion', 'quality', 'taxonomy', 'graph', 'embedding'] as const;
export type Stage = (typeof STAGES)[number];

export const STAGE_STATUSES = ['pending', 'processing', 'completed', 'failed'] as const;
export type StageStatus = (typeof STAGE_STATUSES)[number];

/** A stage runs when all it depends on has completed: data flows ingestion -> embedding -> taxonomy, graph. */
export const STAGE_DEPENDENCIES: Readonly<Record<Stage, readonly Stage[]>> = {
  ingestion: [],
  quality: ['ingestion'],
  embedding: ['ingestion'],
  taxonomy: ['embedding'],
  graph: ['embedding'],
};

export interface StageState {
  readonly status: StageStatus;
  /** 0 to 100. */
  readonly percent: number;
  /** 1 for the first try of the current run; 0 before any. */
  readonly attempt: number;
  /** How many times this stage was asked for in all: a reprocess starts the next run. */
  readonly run: number;
  readonly message: string | null;
  /** Unix milliseconds. */
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
  readonly updatedAt: number;
}

export type StageStates = Readonly<Record<Stage, StageState>>;

/** any failed -> failed; any processing -> processing; all completed -> completed; else pending. */
export function overallStatus(statuses: Readonly<Record<Stage, StageStatus>>): StageStatus {
  const all = STAGES.map((stage) => statuses[stage]);
  if (all.includes('failed')) return 'failed';
  if (all.includes('processing')) return 'processing';
  if (all.every((status) => status === 'completed')) return 'completed';
  return 'pending';
}

/** The stages that may start once `completed` are done and that are not done themselves. */
export function readyStages(completed: ReadonlySet<Stage>): Stage[] {
  return STAGES.filter(
    (stage) => !completed.has(stage) && STAGE_DEPENDENCIES[stage].every((dependency) => completed.has(dependency)),
  );
}

/** `stages` and everything that depends on them, directly or not, in an order that respects the dependencies. */
export function withDependants(stages: readonly Stage[]): Stage[] {
  const wanted = new Set(stages);
  for (const stage of ['ingestion', 'embedding', 'quality', 'taxonomy', 'graph'] as const) {
    if (STAGE_DEPENDENCIES[stage].some((dependency) => wanted.has(dependency))) wanted.add(stage);
  }
  return STAGES.filter((stage) => wanted.has(stage));
}
