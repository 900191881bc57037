/**
 * The registry of stages. To add one, add its line here and its runner to worker-node/stages; the type check names what is
 * missing. Resources that were created before have no row of it, which means that it was not asked for.
 */

export interface StageDefinition {
  /** Stored in rows, payloads and progress records. */
  readonly name: string;
  /** The stages that must have completed before this one starts. */
  readonly after: readonly string[];
  /** Share of the overall percentage, relative to the weights of the other stages that were asked for. */
  readonly weight: number;
  /** 1 for the stages that every client knows: they are always shown. A later stage is shown only where it was asked for. */
  readonly since: number;
}

/** In the order in which clients see them. Data flows ingestion -> embedding -> taxonomy, graph. */
export const STAGE_REGISTRY = [
  { name: 'ingestion', after: [], weight: 20, since: 1 },
  { name: 'quality', after: ['ingestion'], weight: 10, since: 1 },
  { name: 'taxonomy', after: ['embedding'], weight: 10, since: 1 },
  { name: 'graph', after: ['embedding'], weight: 20, since: 1 },
  { name: 'embedding', after: ['ingestion'], weight: 40, since: 1 },
] as const satisfies readonly StageDefinition[];
