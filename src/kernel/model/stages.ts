/** Stages, their dependencies, and how an overall status follows from theirs. docs/architecture.md, "One document". */
import { STAGE_REGISTRY } from './stage-registry.ts';

export type Stage = (typeof STAGE_REGISTRY)[number]['name'];

/** Checks that every dependency is itself a stage. */
const definitions: readonly {
  readonly name: Stage;
  readonly after: readonly Stage[];
  readonly weight: number;
  readonly since: number;
}[] = STAGE_REGISTRY;

/** Names of all stages, in the order in which clients see them. */
export const STAGES: readonly Stage[] = definitions.map(({ name }) => name);

export const STAGE_STATUSES = ['pending', 'processing', 'completed', 'failed'] as const;
export type StageStatus = (typeof STAGE_STATUSES)[number];

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

/** Every stage has a state; that of a stage that was not asked for is NOT_ASKED_FOR. */
export type StageStates = Readonly<Record<Stage, StageState>>;

/**
 * A stage without a row: an earlier version created the resource, or the stage was never requested. It counts as completed, so
 * that it blocks nothing, and its run is 0, so that every requested state has a greater version.
 */
export const NOT_ASKED_FOR: StageState = {
  status: 'completed',
  percent: 100,
  attempt: 0,
  run: 0,
  message: null,
  startedAt: null,
  finishedAt: null,
  updatedAt: 0,
};

export const isAskedFor = (state: StageState) => state.run > 0;

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

/** The stages of a new resource: all pending in run 1. */
export function newStages(now: number): StageStates {
  return everyStage(() => pendingStage(1, now));
}

/** A record with one value for each stage. */
export function everyStage<T>(make: (stage: Stage) => T): Record<Stage, T> {
  return Object.fromEntries(STAGES.map((stage) => [stage, make(stage)])) as Record<Stage, T>;
}

/** A stage runs once these have completed. */
export const STAGE_DEPENDENCIES: Readonly<Record<Stage, readonly Stage[]>> = registered(({ after }) => after);

/** Share of each stage in the overall percentage, relative to the others. Fixed, so that a run's percentage never falls. */
export const STAGE_WEIGHTS: Readonly<Record<Stage, number>> = registered(({ weight }) => weight);

/** Whether every client knows the stage, so that it is shown even where it was not asked for. */
export const IS_ALWAYS_SHOWN: Readonly<Record<Stage, boolean>> = registered(({ since }) => since === 1);

function registered<T>(value: (definition: (typeof definitions)[number]) => T): Readonly<Record<Stage, T>> {
  return Object.fromEntries(definitions.map((definition) => [definition.name, value(definition)])) as Record<Stage, T>;
}

/** The part of `values` that clients see. */
export function shownStages<T>(states: StageStates, values: Readonly<Record<Stage, T>>): Record<Stage, T> {
  const shown = STAGES.filter((stage) => IS_ALWAYS_SHOWN[stage] || isAskedFor(states[stage]));
  return Object.fromEntries(shown.map((stage) => [stage, values[stage]])) as Record<Stage, T>;
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
  const isWanted = (stage: Stage): boolean => stages.includes(stage) || STAGE_DEPENDENCIES[stage].some(isWanted);
  return STAGES.filter(isWanted);
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
