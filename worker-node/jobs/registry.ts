/** The registry of job kinds. To add one, add its file to this folder and its line here. */
import type { JobRunner } from '../pipeline/job-runner.ts';
import { createProcessJob, type ProcessDependencies } from './process.ts';

/** What the runners of all kinds need together. */
export type JobDependencies = ProcessDependencies;

export const JOB_REGISTRY: readonly ((dependencies: JobDependencies) => JobRunner)[] = [createProcessJob];

export const createJobRunners = (dependencies: JobDependencies) => JOB_REGISTRY.map((create) => create(dependencies));
