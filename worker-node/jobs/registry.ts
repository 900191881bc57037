/** The registry of job kinds. To add one, add its file to this folder and its line here. */
import type { JobRunner } from '../pipeline/job-runner.ts';
import { type BulkDependencies, createBulkJob } from './bulk.ts';
import { type CategoriseDependencies, createCategoriseJob } from './categorise.ts';
import { createDeleteAccountJob } from './delete-account.ts';
import { createEmbedJob, type EmbedDependencies } from './embed.ts';
import { createProcessJob, type ProcessDependencies } from './process.ts';
import { createRelateJob, type RelateDependencies } from './relate.ts';

/** What the runners of all kinds need together. */
export type JobDependencies = ProcessDependencies &
  EmbedDependencies &
  BulkDependencies &
  RelateDependencies &
  CategoriseDependencies;

export const JOB_REGISTRY: readonly ((dependencies: JobDependencies) => JobRunner)[] = [
  createProcessJob,
  createEmbedJob,
  createRelateJob,
  createDeleteAccountJob,
  createBulkJob,
  createCategoriseJob,
];

export const createJobRunners = (dependencies: JobDependencies) => JOB_REGISTRY.map((create) => create(dependencies));
