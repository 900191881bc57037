/** A resource's progress at one moment, and its encoding in the store and in messages between processes. */
import { z } from 'zod';
import { parseJson } from '../core/json.ts';
import type { VersionedField, VersionedHash } from '../kv/key-value.ts';
import { stageStateSchema, stageStatesSchema } from '../model/job-messages.ts';
import { versionOf } from '../model/stage-version.ts';
import { STAGES, type Stage, type StageStates } from '../model/stages.ts';

export interface ProgressRecord {
  readonly resourceId: string;
  /** Increases with every change of this resource; used as the id of its event. */
  readonly sequence: number;
  readonly states: StageStates;
  /** Read from the database, because the store had no record or was down. */
  readonly degraded: boolean;
  readonly etaSeconds: number | null;
}

/** A message between processes. One of another version may lack stages; those that this version does not know are dropped. */
export interface Snapshot {
  readonly sequence: number;
  readonly states: Partial<StageStates>;
}

const snapshotSchema = z.object({ sequence: z.int(), states: stageStatesSchema });

export function parseSnapshot(message: string): Snapshot | undefined {
  return snapshotSchema.safeParse(parseJson(message)).data;
}

export function toFields(states: Partial<StageStates>): VersionedField[] {
  return STAGES.flatMap((stage) => {
    const state = states[stage];
    return state ? [{ field: stage, version: versionOf(state), value: JSON.stringify(state) }] : [];
  });
}

/** The stages that the hash holds in a valid form: none, some or all. */
export function fromHash(hash: VersionedHash): Partial<StageStates> {
  const found: Partial<Record<Stage, StageStates[Stage]>> = {};
  for (const stage of STAGES) {
    const state = stageStateSchema.safeParse(parseJson(hash.fields[stage]?.value ?? '')).data;
    if (state) found[stage] = state;
  }
  return found;
}

export function isWhole(states: Partial<StageStates>): states is StageStates {
  return STAGES.every((stage) => states[stage] !== undefined);
}
