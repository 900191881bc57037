/** The taxonomy stage: assigns a resource to its most likely categories. */
import { StageError } from '../../src/kernel/core/errors.ts';
import type { Clock } from '../../src/kernel/core/ports.ts';
import { listCategories } from '../../src/kernel/db/categories.ts';
import { findResourceVector, findResourceVectors } from '../../src/kernel/db/resource-vectors.ts';
import { listCorrected, type ResourceSummary } from '../../src/kernel/db/resources.ts';
import { readTaxonomyState, shareTaxonomy } from '../../src/kernel/db/settings.ts';
import type { Category, Database } from '../../src/kernel/db/types.ts';
import type { Calibration } from '../analysis/calibration.ts';
import { dot, prototypeTexts } from '../analysis/taxonomy/prototype.ts';
import { classify, indexWords, type ScoredCategory, UNKNOWN_IMPRESSION } from '../analysis/taxonomy/score.ts';
import { ensureTaxonomy } from '../analysis/taxonomy/seed.ts';
import {
  embedTaxonomy,
  exampleStanding,
  type Impression,
  type Prototypes,
  raisedBy,
  standingsOf,
} from '../analysis/taxonomy/standing.ts';
import { plainOf } from '../analysis/text/markdown.ts';
import type { Embedder } from '../embedder/embedder.ts';
import type { StageInput, StageRunner } from '../pipeline/stage.ts';
import { activeEmbedder } from './active-embedder.ts';
import { ensureCalibration } from './model-calibration.ts';
import { throwAsStageError } from './throw-as-stage-error.ts';

export interface TaxonomyStageDependencies {
  readonly db: Database;
  readonly clock: Clock;
  readonly models: {
    /** Throws AppError `unavailable` where this worker does not have the active model. */
    active(): CategoryEmbedder;
  };
}

type CategoryEmbedder = Pick<Embedder, 'embed' | 'model'>;

/** Latest corrections of a library used as examples; each costs one comparison per resource. */
const MAX_CORRECTIONS = 200;
/** Characters searched for keywords; the topic of a text is clear before its end. */
const SAMPLE_CHARACTERS = 100_000;

export function createTaxonomyStage({ db, clock, models }: TaxonomyStageDependencies): StageRunner {
  let prototypes: { readonly key: string; readonly vectors: Promise<Prototypes> } | undefined;
  const embedTexts = rememberTexts();

  /** Kept as long as the categories and the model stay the same. */
  function prototypesOf(embedder: CategoryEmbedder, categories: readonly Category[]): Promise<Prototypes> {
    const key = JSON.stringify([embedder.model, ...categories.map((one) => [one.id, one.parentId, prototypeTexts(one)])]);
    if (prototypes?.key === key) return prototypes.vectors;
    // Not aborted with this stage: the next resource needs the same vectors.
    const vectors = embedTaxonomy(categories, (texts) => embedTexts(embedder, texts));
    prototypes = { key, vectors };
    vectors.catch(() => {
      if (prototypes?.vectors === vectors) prototypes = undefined;
    });
    return vectors;
  }

  /** By category, the vectors of the owner's resources whose category a person has set. */
  async function correctionsOf({ id, ownerId }: ResourceSummary, model: string): Promise<ReadonlyMap<string, Float32Array[]>> {
    const corrected = (await listCorrected(db, ownerId)).filter((resource) => resource.id !== id).slice(-MAX_CORRECTIONS);
    const vectors = await findResourceVectors(
      db,
      corrected.map((resource) => resource.id),
      model,
    );
    const examples = new Map<string, Float32Array[]>();
    for (const { id: correctedId, category } of corrected) {
      const vector = vectors.get(correctedId);
      if (category !== null && vector) examples.set(category, [...(examples.get(category) ?? []), vector]);
    }
    return examples;
  }

  /** The tree with its version, which is read first: a change in between is seen by `verify`. */
  async function readTaxonomy(): Promise<{ version: number; categories: readonly Category[] }> {
    const { version } = await readTaxonomyState(db);
    if (version > 0) return { version, categories: await listCategories(db) };
    await ensureTaxonomy(db, clock.now());
    return readTaxonomy();
  }

  /** The standings of all categories, and what they say together. */
  async function score(
    { resource, made: { embedding } }: Pick<StageInput, 'resource' | 'made'>,
    embedder: CategoryEmbedder,
    { categories, calibration, signal }: { categories: readonly Category[]; calibration: Calibration; signal: AbortSignal },
  ): Promise<{ scored: ScoredCategory[]; impression: Impression }> {
    const vectors = await prototypesOf(embedder, categories).catch(throwAsStageError);
    signal.throwIfAborted();
    const { model } = embedder;
    const vector = embedding?.vectors.has(model)
      ? embedding.vectors.get(model)
      : await findResourceVector(db, resource.id, model);
    if (!vector) return { scored: categories.map((category) => ({ category, standing: null })), impression: UNKNOWN_IMPRESSION };
    const standings = isReadBy(calibration, resource) ? standingsOf(vector, vectors, calibration.taxonomy) : undefined;
    const corrections = await correctionsOf(resource, model);
    const scored = categories.map((category, i) => {
      const examples = (corrections.get(category.id) ?? []).map((example) => exampleStanding(dot(vector, example), calibration));
      return { category, standing: raisedBy(examples, standings?.categories[i]) };
    });
    return { scored, impression: standings?.impression ?? UNKNOWN_IMPRESSION };
  }

  return async function taxonomy({ resource, text: readText, made, signal, report }) {
    const text = await readText();
    if (text === null) throw new StageError('permanent', 'The document has no text to categorise');
    const embedder = activeEmbedder(models);
    const calibration = await ensureCalibration({ db, clock }, embedder).catch(throwAsStageError);
    const { version, categories: tree } = await readTaxonomy();
    const { scored, impression } = await score({ resource, made }, embedder, { categories: tree, calibration, signal });
    report(80);
    const sample = text.slice(0, SAMPLE_CHARACTERS);
    const plain = resource.textFormat === 'markdown' ? plainOf(sample) : sample;
    const words = indexWords(isReadBy(calibration, resource) ? `${resource.title ?? ''}\n${plain}` : '');
    const { category, categories } = classify(scored, { words, impression, factors: calibration.taxonomy });
    return { fields: { categories, category }, verify: (tx) => requireTaxonomy(tx, version) };
  };
}

/** Throws where the tree was replaced since; keeps it as it is until the transaction ends. */
export async function requireTaxonomy(tx: Database, version: number): Promise<void> {
  // In this order: the second sees what the holder of the lock has committed.
  const [, state] = await Promise.all([shareTaxonomy(tx), readTaxonomyState(tx)]);
  if (state.version !== version) throw new StageError('transient', 'The categories were changed meanwhile');
}

/** Embeds texts of categories, except those that the last tree had as well. */
function rememberTexts() {
  let last: { readonly model: string; readonly vectors: ReadonlyMap<string, Float32Array> } | undefined;

  return async (embedder: CategoryEmbedder, texts: readonly string[]): Promise<Float32Array[]> => {
    const known = last?.model === embedder.model ? last.vectors : undefined;
    const missing = texts.filter((text) => known?.has(text) !== true);
    const made = missing.length > 0 ? await embedder.embed(missing, { priority: 'bulk', kind: 'document' }) : [];
    const added = new Map(missing.map((text, index) => [text, made[index]]));
    const vectors = texts.map((text) => known?.get(text) ?? added.get(text) ?? new Float32Array());
    last = { model: embedder.model, vectors: new Map(texts.map((text, index) => [text, vectors[index] as Float32Array])) };
    return vectors;
  };
}

/** Whether the model relates the document's language to the categories, which are in English. Documents of any other it still compares with each other. */
const isReadBy = ({ languages }: Calibration, { language }: Pick<ResourceSummary, 'language'>): boolean =>
  language === null || languages === undefined || languages.includes(language);
