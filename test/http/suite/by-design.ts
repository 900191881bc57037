/** The intended differences between deployments. Tests read them here and never check for a runtime or a store. */
import type { DeploymentChoice } from '../../support/kits/deployment.ts';

interface OfRuntime {
  /** `GET /monitoring/metrics` for an admin: an isolate keeps no metrics. */
  readonly metricsStatus: number;
  /** The largest form. It is held in memory, and an isolate has 128 MB for all its requests. */
  readonly formMegabytes: number;
}

interface OfDatabase {
  /** The largest document. A libSQL server accepts 5,000,000 bytes for one value. */
  readonly documentMegabytes: number;
}

const RUNTIMES: Readonly<Record<DeploymentChoice['runtime'], OfRuntime>> = {
  node: { metricsStatus: 200, formMegabytes: 50 },
  workerd: { metricsStatus: 501, formMegabytes: 10 },
};

const DATABASES: Readonly<Record<DeploymentChoice['database'], OfDatabase>> = {
  sqlite: { documentMegabytes: 50 },
  postgres: { documentMegabytes: 50 },
  libsql: { documentMegabytes: 4 },
};

export const byDesign = ({ runtime, database }: DeploymentChoice): OfRuntime & OfDatabase => ({
  ...RUNTIMES[runtime],
  ...DATABASES[database],
});
