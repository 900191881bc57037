/** What the service remembers between starts. */
import { eq, is, sql } from 'drizzle-orm';
import { PgDatabase } from 'drizzle-orm/pg-core';
import type { Calibration } from '../model/calibration.ts';
import type { EmbeddingTarget } from '../model/embedding-models.ts';
import type { TaxonomyState } from '../model/taxonomy.ts';
import { settings } from './schema.sqlite.ts';
import type { Database } from './types.ts';

const TARGET = 'embedding_target';
/** Before the id of a model. */
const CALIBRATION = 'calibration:';
const TAXONOMY = 'taxonomy';
const TAXONOMY_LOCK = 'taxonomy_lock';
const MODELS_LOCK = 'models_lock';
const FIRST_ACCOUNT_LOCK = 'first_account_lock';
const ADMINS_LOCK = 'admins_lock';

/** The model that the last start named. */
export async function findEmbeddingTarget(db: Database): Promise<EmbeddingTarget | undefined> {
  const [found] = await db.select({ value: settings.value }).from(settings).where(eq(settings.key, TARGET));
  return found?.value as EmbeddingTarget | undefined;
}

export async function putEmbeddingTarget(db: Database, target: EmbeddingTarget, now: number): Promise<void> {
  const set = { value: target, updatedAt: now };
  await db
    .insert(settings)
    .values({ key: TARGET, ...set })
    .onConflictDoUpdate({ target: settings.key, set });
}

/** What a model's cosines mean, as a worker derived it; undefined where none did. */
export async function findCalibration(db: Database, model: string): Promise<Calibration | undefined> {
  const [found] = await db
    .select({ value: settings.value })
    .from(settings)
    .where(eq(settings.key, CALIBRATION + model));
  return found?.value as Calibration | undefined;
}

/** Keeps the one that is there, so that all workers use the same. */
export async function putCalibration(db: Database, model: string, value: Calibration, now: number): Promise<void> {
  await db
    .insert(settings)
    .values({ key: CALIBRATION + model, value, updatedAt: now })
    .onConflictDoNothing();
}

export async function deleteCalibration(db: Database, model: string): Promise<void> {
  await db.delete(settings).where(eq(settings.key, CALIBRATION + model));
}

/** The version of the tree of categories; version 0 where no worker and no admin has written it. */
export async function readTaxonomyState(db: Database): Promise<TaxonomyState> {
  const [found] = await db.select({ value: settings.value }).from(settings).where(eq(settings.key, TAXONOMY));
  return (found?.value as TaxonomyState | undefined) ?? { version: 0, origin: 'default' };
}

/** Call it last in the transaction that writes the tree: `shareTaxonomy` takes its row after those of documents, too. */
export async function putTaxonomyState(tx: Database, value: TaxonomyState, now: number): Promise<void> {
  const set = { value, updatedAt: now };
  await tx
    .insert(settings)
    .values({ key: TAXONOMY, ...set })
    .onConflictDoUpdate({ target: settings.key, set });
}

/** Keeps the tree as it is until the transaction ends, beside others that do so. Call it after the writes of documents. */
export const shareTaxonomy = (tx: Database): Promise<void> => share(tx, TAXONOMY);

/** Waits for other transactions that write the tree, and makes later ones wait until this one ends. */
export const lockTaxonomy = (tx: Database, now: number): Promise<void> => lock(tx, TAXONOMY_LOCK, now);

/** Waits for other transactions that change models or share them, and makes later ones wait until this one ends. */
export const lockModels = (tx: Database, now: number): Promise<void> => lock(tx, MODELS_LOCK, now);

/** The same for transactions that may make the first account. */
export const lockFirstAccount = (tx: Database, now: number): Promise<void> => lock(tx, FIRST_ACCOUNT_LOCK, now);

/** The same for transactions that may leave the installation without an admin. */
export const lockAdmins = (tx: Database, now: number): Promise<void> => lock(tx, ADMINS_LOCK, now);

async function lock(tx: Database, key: string, now: number): Promise<void> {
  await tx
    .insert(settings)
    .values({ key, value: 0, updatedAt: now })
    .onConflictDoUpdate({ target: settings.key, set: { updatedAt: sql`excluded.updated_at` } });
}

/**
 * Keeps the models as they are until the transaction ends, beside others that do so: waits for a transaction that changes models,
 * and makes later ones wait. Call it after the transaction's first write: SQLite then admits no other writer anyway. The row is
 * there once a model is: `lockModels` writes it.
 */
export const shareModels = (tx: Database): Promise<void> => share(tx, MODELS_LOCK);

async function share(tx: Database, key: string): Promise<void> {
  if (!is(tx, PgDatabase)) return;
  await tx.execute(sql`select 1 from ${settings} where ${settings.key} = ${key} for share`);
}
