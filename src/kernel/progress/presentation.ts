/** Progress as clients receive it: times in ISO 8601, names in snake_case, and the stages that every client knows. */

import { toIso, toIsoOrNull } from '../core/time.ts';
import {
  everyStage,
  firstFailure,
  isAskedFor,
  overallStatus,
  STAGE_WEIGHTS,
  STAGES,
  type Stage,
  type StageState,
  type StageStates,
  type StageStatus,
  shownStages,
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
  /** Integer; 100 only once all stages are completed. */
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

export function toResourceProgress({ resourceId, states, etaSeconds, degraded }: ProgressRecord): ResourceProgress {
  const statuses = statusesOf(states);
  return {
    resource_id: resourceId,
    overall_status: overallStatus(statuses),
    percent: overallPercent(states),
    stages: shownStages(states, statuses),
    detail: shownStages(
      states,
      everyStage((stage) => toDetail(states[stage])),
    ),
    error_message: firstFailure(states),
    updated_at: toIso(Math.max(...STAGES.map((stage) => states[stage].updatedAt))),
    eta_seconds: etaSeconds,
    ...(degraded ? { degraded } : {}),
  };
}

/** The weighted mean over the stages that were asked for. */
function overallPercent(states: StageStates): number {
  const asked = STAGES.filter((stage) => isAskedFor(states[stage]));
  const total = asked.reduce((sum, stage) => sum + STAGE_WEIGHTS[stage], 0);
  if (total === 0) return 100;
  return Math.floor(asked.reduce((sum, stage) => sum + STAGE_WEIGHTS[stage] * percentOf(states[stage]), 0) / total);
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
