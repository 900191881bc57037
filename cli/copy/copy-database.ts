/**
 * Copies a database into another one of either dialect, table by table and page by page. Each page records the progress in
 * the target, so that an interrupted copy continues. The source is only read.
 */
import { asc, eq, sql } from 'drizzle-orm';
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import type { OpenDatabase } from '../../src/adapters/open-database.ts';
import type { Database } from '../../src/kernel/db/types.ts';
import { UsageError } from '../command.ts';
import { addRows } from './checksum.ts';
import { beyond, type CopiedTable, keyOf, tablesInOrder } from './tables.ts';

/** Exists in the target while a copy is under way. */
const progressTable = sqliteTable('pharos_copy', {
  name: text('name').primaryKey(),
  source: text('source').notNull(),
  last: text('last').notNull(),
  rows: integer('rows').notNull(),
  checksum: text('checksum').notNull(),
});
const CREATE = `create table if not exists pharos_copy
  (name text primary key, source text not null, last text not null, rows bigint not null, checksum text not null)`;

type Progress = typeof progressTable.$inferSelect;
type Row = Readonly<Record<string, unknown>>;

export interface CopyOptions {
  readonly from: OpenDatabase;
  readonly to: OpenDatabase;
  /** Called after each page; `total` is the number of rows at the beginning. */
  readonly progress: (table: string, rows: number, total: number) => void;
}

export interface CopiedCount {
  readonly table: string;
  readonly rows: number;
  readonly checksum: string;
}

/** Throws UsageError if the target is not empty or the source not up to date, and Error if the rows of both differ at the end. */
export async function copyDatabase({ from, to, progress }: CopyOptions): Promise<CopiedCount[]> {
  const { pending } = await from.status();
  if (pending.length > 0) throw new UsageError(`${from.place} lacks ${pending.join(', ')}: migrate it first`);
  await to.migrate();
  const tables = tablesInOrder();
  const known = await begin(to, from.place, tables);
  for (const table of tables) await copyTable({ from, to, progress }, table, known.get(table.name));
  const counts = await verify(from, to, tables);
  await to.statement('drop table pharos_copy');
  return counts;
}

/** The progress of an earlier attempt from the same source, by table. */
async function begin(to: OpenDatabase, source: string, tables: readonly CopiedTable[]): Promise<Map<string, Progress>> {
  const before = await to.db
    .select()
    .from(progressTable)
    .catch(() => undefined);
  if (before === undefined || before.length === 0) {
    for (const { name, table } of tables) {
      const rows = await to.db.select({ one: sql`1` }).from(table).limit(1);
      if (rows.length > 0) throw new UsageError(`${to.place} is not empty: ${name} has rows. Copy into a new database.`);
    }
    await to.statement(CREATE);
    return new Map();
  }
  const other = before.find((row) => row.source !== source);
  if (other)
    throw new UsageError(`${to.place} holds part of a copy of ${other.source}: copy into a new database, or continue that copy`);
  return new Map(before.map((row) => [row.name, row]));
}

async function copyTable({ from, to, progress }: CopyOptions, table: CopiedTable, known: Progress | undefined): Promise<void> {
  const total = await countOf(from.db, table);
  let last = known === undefined ? undefined : (JSON.parse(known.last) as unknown[]);
  let [rows, checksum] = [known?.rows ?? 0, known?.checksum ?? ''];
  for (;;) {
    const page = await readPage(from.db, table, last);
    if (page.length === 0) break;
    last = keyOf(table, page.at(-1) as Row);
    rows += page.length;
    checksum = addRows(checksum, page);
    const state: Progress = { name: table.name, source: from.place, last: JSON.stringify(last), rows, checksum };
    await to.db.transaction(async (tx) => {
      await tx.insert(table.table).values(page as never);
      const { name: _, ...set } = state;
      await tx.insert(progressTable).values(state).onConflictDoUpdate({ target: progressTable.name, set });
    });
    progress(table.name, rows, Math.max(total, rows));
  }
  if (rows === 0) {
    const state = { name: table.name, source: from.place, last: 'null', rows: 0, checksum: '' };
    await to.db.insert(progressTable).values(state).onConflictDoNothing();
  }
  // Rows keep the numbers of the source, so the sequence must continue after them.
  if (table.name === 'chunks' && to.kind === 'postgres') {
    await to.statement(
      `select setval(pg_get_serial_sequence('chunks', 'seq'), (select coalesce(max(seq), 0) + 1 from chunks), false)`,
    );
  }
}

async function readPage(db: Database, table: CopiedTable, last: readonly unknown[] | undefined): Promise<Row[]> {
  return db
    .select()
    .from(table.table)
    .where(beyond(table, last ?? undefined))
    .orderBy(...table.key.map(([, column]) => asc(column)))
    .limit(table.pageSize);
}

async function countOf(db: Database, { table }: CopiedTable): Promise<number> {
  const [row] = await db.select({ count: sql<number>`count(*)`.mapWith(Number) }).from(table);
  return row?.count ?? 0;
}

/** Reads every row of the target again: count and checksum must be those that were written, the count that of the source. */
async function verify(from: OpenDatabase, to: OpenDatabase, tables: readonly CopiedTable[]): Promise<CopiedCount[]> {
  const counts: CopiedCount[] = [];
  for (const table of tables) {
    const [sent] = await to.db.select().from(progressTable).where(eq(progressTable.name, table.name));
    let [rows, checksum, last] = [0, '', undefined as unknown[] | undefined];
    for (;;) {
      const page = await readPage(to.db, table, last);
      if (page.length === 0) break;
      last = keyOf(table, page.at(-1) as Row);
      rows += page.length;
      checksum = addRows(checksum, page);
    }
    const wrong = `${table.name} of ${to.place} is not what was copied`;
    if (rows !== (sent?.rows ?? 0)) throw new Error(`${wrong}: ${rows} rows instead of ${sent?.rows ?? 0}`);
    if (checksum !== (sent?.checksum ?? '')) throw new Error(`${wrong}: the checksums differ`);
    if (rows !== (await countOf(from.db, table)))
      throw new Error(`${table.name} of ${from.place} changed while it was copied: stop Pharos and copy again`);
    counts.push({ table: table.name, rows, checksum });
  }
  return counts;
}
