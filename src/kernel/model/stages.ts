/** The five stages, how they depend on one another, and how their statuses add up. docs/architecture.md, "One document". */

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

/** A stage that was asked for in `run` and that nobody has begun. */
export function pendingStage(run: number, now: number): StageState {
  return {
    status: 'pending',
    percent: 0,
    attempt: 0,
    run,
    message: null,
    startedAt: null,
    finishedAt: null,
    updatedAt: now,
  };
}

/** The five stages of a new resource: pending in run 1. */
export function newStages(now: number): StageStates {
  return everyStage(() => pendingStage(1, now));
}

/** A record of all five stages. */
export function everyStage<T>(make: (stage: Stage) => T): Record<Stage, T> {
  return {
    ingestion: make('ingestion'),
    quality: make('quality'),
    taxonomy: make('taxonomy'),
    graph: make('graph'),
    embedding: make('embedding'),
  };
}

export function statusesOf(states: StageStates): Record<Stage, StageStatus> {
  return everyStage((stage) => states[stage].status);
}

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

/** Whether nothing can change any more: what is not done or failed waits for something that failed. */
export function isSettled(statuses: Readonly<Record<Stage, StageStatus>>): boolean {
  const hopeless = (stage: Stage): boolean =>
    statuses[stage] === 'failed' || (statuses[stage] === 'pending' && STAGE_DEPENDENCIES[stage].some(hopeless));
  return STAGES.every((stage) => statuses[stage] === 'completed' || hopeless(stage));
}

/** The message of the first failed stage; null where none failed. */
export function firstFailure(states: StageStates): string | null {
  const failed = STAGES.find((stage) => states[stage].status === 'failed');
  return failed ? states[failed].message : null;
}
