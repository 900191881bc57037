/** Progress as clients receive it: times in ISO 8601, names in snake_case, always all five stages. */

import { toIso, toIsoOrNull } from '../core/time.ts';
import {
  everyStage,
  firstFailure,
  overallStatus,
  STAGES,
  type Stage,
  type StageState,
  type StageStatus,
  statusesOf,
} from '../model/stages.ts';
import type { ProgressRecord } from './record.ts';

export interface StageDetail {
  readonly started_at: string | null;
  readonly finished_at: string | null;
  /** 0 to 100. */
  readonly percent: number;
  readonly attempt: number;
  readonly message: string | null;
}

export interface ResourceProgress {
  readonly resource_id: string;
  readonly overall_status: StageStatus;
  /** Integer; 100 only once all five stages are completed. */
  readonly percent: number;
  readonly stages: Readonly<Record<Stage, StageStatus>>;
  readonly detail: Readonly<Record<Stage, StageDetail>>;
  /** The first failed stage's message. */
  readonly error_message: string | null;
  readonly updated_at: string;
  readonly eta_seconds: number | null;
  /** Present where the live store had no record and the database rows were used. */
  readonly degraded?: true;
}

/** Weight of each stage in the overall percentage, out of 100. Fixed, so that a run's percentage never falls. */
const WEIGHTS: Readonly<Record<Stage, number>> = { ingestion: 20, quality: 10, taxonomy: 10, graph: 20, embedding: 40 };

export function toResourceProgress({ resourceId, states, etaSeconds, degraded }: ProgressRecord): ResourceProgress {
  const stages = statusesOf(states);
  return {
    resource_id: resourceId,
    overall_status: overallStatus(stages),
    percent: Math.floor(STAGES.reduce((sum, stage) => sum + WEIGHTS[stage] * percentOf(states[stage]), 0) / 100),
    stages,
    detail: everyStage((stage) => toDetail(states[stage])),
    error_message: firstFailure(states),
    updated_at: toIso(Math.max(...STAGES.map((stage) => states[stage].updatedAt))),
    eta_seconds: etaSeconds,
    ...(degraded ? { degraded } : {}),
  };
}

/** A stage in progress is capped at 99; only a completed stage is 100. */
const percentOf = ({ status, percent }: StageState) => (status === 'completed' ? 100 : Math.min(percent, 99));

function toDetail(state: StageState): StageDetail {
  return {
    started_at: toIsoOrNull(state.startedAt),
    finished_at: toIsoOrNull(state.finishedAt),
    percent: Math.floor(percentOf(state)),
    attempt: state.attempt,
    message: state.message,
  };
}
