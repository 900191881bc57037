/** The five stages, their dependencies, and how an overall status follows from theirs. docs/architecture.md, "One document". */

export const STAGES = ['ingestion', 'quality', 'taxonomy', 'graph', 'embedding'] as const;
export type Stage = (typeof STAGES)[number];

export const STAGE_STATUSES = ['pending', 'processing', 'completed', 'failed'] as const;
export type StageStatus = (typeof STAGE_STATUSES)[number];

/** A stage runs once its dependencies have completed: data flows ingestion -> embedding -> taxonomy, graph. */
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
  /** Attempts of the current run, the present one included; 0 before the first. */
  readonly attempt: number;
  /** Counts requests for this stage: reprocessing starts the next run. */
  readonly run: number;
  readonly message: string | null;
  /** Unix milliseconds. */
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
  readonly updatedAt: number;
}

export type StageStates = Readonly<Record<Stage, StageState>>;

/** A stage that was requested in `run` and has not started. */
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

/** A record with one value for each of the five stages. */
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

/** `failed` if any stage failed, else `processing` if any is, `completed` if all are, and `pending` otherwise. */
export function overallStatus(statuses: Readonly<Record<Stage, StageStatus>>): StageStatus {
  const all = STAGES.map((stage) => statuses[stage]);
  if (all.includes('failed')) return 'failed';
  if (all.includes('processing')) return 'processing';
  if (all.every((status) => status === 'completed')) return 'completed';
  return 'pending';
}

/** The stages not in `completed` whose dependencies all are. */
export function readyStages(completed: ReadonlySet<Stage>): Stage[] {
  return STAGES.filter(
    (stage) => !completed.has(stage) && STAGE_DEPENDENCIES[stage].every((dependency) => completed.has(dependency)),
  );
}

/** `stages` and every stage that depends on them, directly or indirectly, in the order of STAGES. */
export function withDependants(stages: readonly Stage[]): Stage[] {
  const wanted = new Set(stages);
  for (const stage of ['ingestion', 'embedding', 'quality', 'taxonomy', 'graph'] as const) {
    if (STAGE_DEPENDENCIES[stage].some((dependency) => wanted.has(dependency))) wanted.add(stage);
  }
  return STAGES.filter((stage) => wanted.has(stage));
}

/** Whether no stage can change any more: each has completed, has failed, or waits for one that failed. */
export function isSettled(statuses: Readonly<Record<Stage, StageStatus>>): boolean {
  const isBlocked = (stage: Stage): boolean =>
    statuses[stage] === 'failed' || (statuses[stage] === 'pending' && STAGE_DEPENDENCIES[stage].some(isBlocked));
  return STAGES.every((stage) => statuses[stage] === 'completed' || isBlocked(stage));
}

/** The message of the first failed stage; null if no stage failed. */
export function firstFailure(states: StageStates): string | null {
  const failed = STAGES.find((stage) => states[stage].status === 'failed');
  return failed ? states[failed].message : null;
}
