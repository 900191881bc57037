/** The models of a worker: those of the database that are not retired and whose folders are here, each in processes of its own. */
import type { ModelFolder } from '../../src/adapters/model-folder.ts';
import { AppError } from '../../src/kernel/core/errors.ts';
import type { Log } from '../../src/kernel/core/log.ts';
import type { Clock } from '../../src/kernel/core/ports.ts';
import { listEmbeddingModels } from '../../src/kernel/db/embedding-models.ts';
import type { Database, EmbeddingModel } from '../../src/kernel/db/types.ts';
import { RETIRED_KEPT_MS } from '../../src/kernel/model/embedding-models.ts';
import { noteDimensions } from '../../src/services/models/note-dimensions.ts';
import { noteFingerprint } from '../../src/services/models/note-fingerprint.ts';
import { reconcileTarget } from '../../src/services/models/reconcile-target.ts';
import { rowOf } from '../../src/services/models/transitions.ts';
import { createDrains, type DrainingEmbedder, draining } from './draining.ts';
import type { Embedder } from './embedder.ts';
import type { Model } from './model.ts';
import { changed, createProblems, embedsOtherwise, noFolder, unusable } from './model-problems.ts';
import type { ModelSet, ModelState } from './models.ts';
import { named } from './named-embedder.ts';

/** What a process is for: questions never wait for documents. */
export type ModelUse = 'questions' | 'documents';

export interface FollowedModels extends ModelSet {
  /** Compares with the database, and opens and closes processes accordingly. Calls follow one another. */
  refresh(): Promise<void>;
  close(): Promise<void>;
}

export interface FollowedModelsDependencies {
  readonly db: Database;
  readonly clock: Clock;
  readonly log: Log;
  /** The folder that this start names. */
  readonly target: ModelFolder;
  /** Reads every folder that is here, and those at `paths`. */
  listFolders(paths: readonly string[]): Promise<readonly ModelFolder[]>;
  /** Whether a folder still holds the files that its id was made of. */
  isUnchanged(folder: ModelFolder): Promise<boolean>;
  load(folder: ModelFolder): Promise<Model>;
  /** Starts loading the model in a process of its own. */
  open(model: Model, use: ModelUse): Embedder;
}

/** A model whose folder is here. */
interface Held {
  readonly folder: ModelFolder;
  readonly model: Model;
  /** Its processes; undefined where they are not needed now. */
  documents: DrainingEmbedder | undefined;
  questions: DrainingEmbedder | undefined;
}

/** What answers questions. */
interface Answering {
  /** The model's id in the database. */
  readonly id: string;
  readonly held: Held;
  readonly embedder: Embedder;
}

/** Opens both processes of the target at once: which model is active is known when the database can be read. */
export async function followModels(dependencies: FollowedModelsDependencies): Promise<FollowedModels> {
  const { db, clock, log, target, listFolders, isUnchanged, load } = dependencies;
  const open = (model: Model, use: ModelUse) => draining(dependencies.open(model, use));
  /** By the folder's id. */
  const held = new Map<string, Held>();
  const problems = createProblems(log);
  let folders: readonly ModelFolder[] = [target];
  /** As last read; undefined before. */
  let rows: readonly EmbeddingModel[] | undefined;
  let reconciled = false;
  let answering: Answering | undefined;
  /** The process of the active model that is to answer questions once it is ready. */
  let awaited: DrainingEmbedder | undefined;
  const drains = createDrains(log);
  let last: Promise<void> = Promise.resolve();
  let closed = false;

  const model = await load(target);
  held.set(target.id, { folder: target, model, documents: open(model, 'documents'), questions: open(model, 'questions') });

  function refresh(): Promise<void> {
    last = last.then(follow, follow);
    return last;
  }

  async function follow(): Promise<void> {
    if (closed) return;
    const failure = reconciled ? undefined : await reconcile();
    const read = await listEmbeddingModels(db);
    if (read.length === 0) throw failure ?? new Error('the database has no model');
    await dropChanged();
    await holdAll(read);
    const noted = failure ? read : await noteFingerprints(read);
    if (closed) return;
    rows = noted;
    openDocuments();
    answer();
    await endUnused();
    if (failure) throw failure;
    await noteAllDimensions();
  }

  /** Returns what it failed by: a database that can only be read still says which model is active. */
  async function reconcile(): Promise<unknown> {
    try {
      const outcome = await reconcileTarget({ db, clock }, { ...target, languages: target.manifest.languages });
      log.info('model of this start', { model: target.id, outcome });
      reconciled = true;
      return undefined;
    } catch (error) {
      return error;
    }
  }

  const inUse = ({ state }: EmbeddingModel) => state !== 'retired';

  /** Loads what the models of `read` need in this process, so that they can be used as soon as they are known. */
  async function holdAll(read: readonly EmbeddingModel[]): Promise<void> {
    const wanted = read.filter(inUse);
    if (wanted.some((row) => folderOf(row, read) === undefined)) {
      const inMemory = [...held.values()].map(({ folder }) => folder);
      const paths = wanted.flatMap(({ path }) => path ?? []);
      folders = [...inMemory, ...((await isUnchanged(target)) ? [target] : []), ...(await listFolders(paths))];
    }
    for (const row of wanted) {
      const folder = folderOf(row, read);
      if (!folder || held.has(folder.id)) continue;
      try {
        held.set(folder.id, { folder, model: await load(folder), documents: undefined, questions: undefined });
        problems.clear(folder);
      } catch (error) {
        problems.tell(folder, unusable(folder, error instanceof Error ? error.message : String(error)), error);
      }
    }
  }

  /**
   * Gives up models whose processes could not be loaded because other files are in the folder. A process that has loaded the
   * files of before goes on as long as it lives.
   */
  async function dropChanged(): Promise<void> {
    for (const [id, entry] of held) {
      const { folder, documents, questions } = entry;
      if (await isUnchanged(folder)) {
        problems.clear(folder, changed(folder));
        continue;
      }
      problems.tell(folder, changed(folder));
      if (![documents, questions].some((embedder) => embedder?.state().status === 'failed')) continue;
      held.delete(id);
      folders = folders.filter((one) => one.id !== id);
      if (answering?.held === entry) answering = undefined;
      await Promise.all([documents?.close(), questions?.close()]);
    }
  }

  /** Records how this worker makes the vectors of each model that it has, and returns the rows as they are then. */
  async function noteFingerprints(read: readonly EmbeddingModel[]): Promise<EmbeddingModel[]> {
    const noted: EmbeddingModel[] = [];
    for (const row of read) {
      const folder = inUse(row) ? folderOf(row, read) : undefined;
      const entry = folder && held.get(folder.id);
      const own = entry?.model.fingerprint ?? row.fingerprint;
      const fingerprint = own === row.fingerprint ? own : await noteFingerprint({ db, clock }, row.id, own as string);
      if (folder && fingerprint === own) problems.clear(folder, embedsOtherwise(folder));
      else if (folder) problems.tell(folder, embedsOtherwise(folder));
      noted.push({ ...row, fingerprint });
    }
    return noted;
  }

  const folderOf = (row: EmbeddingModel, all: readonly EmbeddingModel[]) => folders.find((folder) => rowOf(all, folder) === row);

  function heldOf(row: EmbeddingModel): Held | undefined {
    const folder = folderOf(row, rows ?? []);
    const entry = folder && held.get(folder.id);
    const isOther = row.fingerprint !== null && row.fingerprint !== entry?.model.fingerprint;
    return isOther ? undefined : entry;
  }

  const activeRow = () => rows?.find(({ state }) => state === 'active');

  function openDocuments(): void {
    for (const row of (rows ?? []).filter(inUse)) {
      const entry = heldOf(row);
      if (entry) entry.documents ??= open(entry.model, 'documents');
    }
  }

  /** Lets the active model answer questions once its process for them is ready; until then the one before does. */
  function answer(): void {
    const row = activeRow();
    const entry = row && heldOf(row);
    if (answering && !hasVectors(answering.id)) answering = undefined;
    if (!row || !entry || answering?.id === row.id) return;
    entry.questions ??= open(entry.model, 'questions');
    const next = { id: row.id, held: entry, embedder: named(entry.questions, row.id) };
    if (answering === undefined || entry.questions.state().status === 'ready') {
      answering = next;
      return;
    }
    if (awaited === entry.questions) return;
    awaited = entry.questions;
    // Where it fails, the next refresh looks at it.
    awaited
      .ready()
      .then(refresh)
      .catch(() => undefined);
  }

  /** Whether the database still has all vectors of a model. */
  function hasVectors(id: string): boolean {
    const row = rows?.find((known) => known.id === id);
    return row !== undefined && (row.retiredAt === null || row.retiredAt + RETIRED_KEPT_MS > clock.now());
  }

  /** What they have begun is answered: a switch of models fails no question. */
  async function endUnused(): Promise<void> {
    const active = activeRow();
    for (const [id, entry] of held) {
      const row = (rows ?? []).filter(inUse).find((known) => heldOf(known) === entry);
      const answers = answering?.held === entry || (row !== undefined && row === active);
      const unused: (DrainingEmbedder | undefined)[] = [];
      if (!answers) {
        unused.push(entry.questions);
        entry.questions = undefined;
      }
      if (!row) {
        unused.push(entry.documents);
        entry.documents = undefined;
        if (!answers && !isWanted(entry)) held.delete(id);
      }
      await Promise.all(unused.map((embedder) => embedder && drains.end(embedder)));
    }
  }

  /** Also where the entry cannot be used: it is not loaded anew at each refresh. */
  const isWanted = ({ folder }: Held) => (rows ?? []).filter(inUse).some((row) => folderOf(row, rows ?? []) === folder);

  async function noteAllDimensions(): Promise<void> {
    for (const row of rows ?? []) {
      const dimensions = row.dimensions === null ? (heldOf(row)?.documents?.dimensions ?? 0) : 0;
      if (dimensions > 0) await noteDimensions({ db, clock }, row.id, dimensions);
    }
  }

  function documents(): Embedder[] {
    return inOrder().flatMap((row) => {
      const embedder = heldOf(row)?.documents;
      return embedder ? [named(embedder, row.id)] : [];
    });
  }

  /** Models in use, the active one first. */
  function inOrder(): EmbeddingModel[] {
    const active = activeRow();
    const building = (rows ?? []).filter(({ state }) => state === 'building');
    return active ? [active, ...building] : building;
  }

  function active(): Embedder {
    const row = activeRow();
    const embedder = row && heldOf(row)?.documents;
    if (embedder) return named(embedder, row.id);
    throw unavailable(row ? `This worker does not have the active model ${row.id}` : 'The models are not known yet');
  }

  function problemOf(row: EmbeddingModel): string[] {
    const problem = problems.of(folderOf(row, rows ?? [])?.id ?? row.id);
    if (problem === undefined) return heldOf(row) ? [] : [noFolder(row.id)];
    return [problem];
  }

  function state(): ModelState[] {
    return inOrder().flatMap((row) => {
      const entry = heldOf(row);
      if (!entry?.documents) return [];
      const questions = entry.questions && { questions: entry.questions.state() };
      const state = row.state === 'active' ? 'active' : 'building';
      return [{ id: row.id, state, processes: { documents: entry.documents.state(), ...questions } }];
    });
  }

  return {
    questions: () => answering?.embedder ?? active(),
    active,
    documents,
    byId: (id) => documents().find(({ model }) => model === id),
    missing: () =>
      inOrder()
        .filter((row) => !heldOf(row))
        .map(({ id }) => id),
    problems: () => new Map(inOrder().flatMap((row) => problemOf(row).map((problem) => [row.id, problem]))),
    state,
    refresh,
    close: async () => {
      closed = true;
      const all = [...held.values()].flatMap(({ documents, questions }) => [documents, questions]);
      await Promise.all([...all, drains].map((each) => each?.close()));
    },
  };
}

const unavailable = (detail: string) => new AppError('unavailable', detail, { retryAfter: 5 });
