/** The two schemas say the same: what types cannot tell. */
import { execFileSync } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { is, type Table } from 'drizzle-orm';
import { getTableConfig as ofPostgres, PgTable } from 'drizzle-orm/pg-core';
import { getTableConfig as ofSqlite, SQLiteTable } from 'drizzle-orm/sqlite-core';
import { describe, expect, test } from 'vitest';
import * as postgres from '../../src/kernel/db/schema.postgres.ts';
import * as sqlite from '../../src/kernel/db/schema.sqlite.ts';
import type { Parity } from '../../src/kernel/db/schema-parity.types.ts';

interface Named {
  readonly name: string;
}
const names = (columns: readonly unknown[]) => columns.map((column) => (column as Named).name);

function describeTable(table: Table) {
  const config = is(table, SQLiteTable) ? ofSqlite(table) : ofPostgres(table as PgTable);
  return {
    name: config.name,
    columns: config.columns.map(({ name, notNull, hasDefault, primary }) => ({
      name,
      notNull,
      primary,
      // A serial number is made by the database on both; nothing else is.
      hasDefault: name === 'seq' ? 'serial' : hasDefault,
    })),
    primaryKeys: config.primaryKeys.map(({ columns }) => names(columns)),
    indexes: config.indexes.map(({ config: index }) => ({
      name: index.name,
      unique: index.unique ?? false,
      columns: names(index.columns),
    })),
    foreignKeys: config.foreignKeys.map((key) => {
      const { columns, foreignColumns, foreignTable } = key.reference();
      return {
        columns: names(columns),
        foreign: names(foreignColumns),
        on: (foreignTable as never)[Symbol.for('drizzle:Name')],
        onDelete: key.onDelete,
      };
    }),
  };
}

const tablesOf = (schema: object) =>
  new Map(Object.entries(schema).filter(([, value]) => is(value, SQLiteTable) || is(value, PgTable)) as [string, Table][]);

test('a row is the same type on both: this would not compile', () => {
  const same: Parity[number][] = [];
  expect(same).toEqual([]);
});

test('both dialects have the same tables, columns, keys and indexes, and no column a default', () => {
  const [left, right] = [tablesOf(sqlite), tablesOf(postgres)];
  expect([...right.keys()]).toEqual([...left.keys()]);
  for (const [name, table] of left) {
    const told = describeTable(table);
    expect(describeTable(right.get(name) as Table), name).toEqual(told);
    expect(told.columns.filter(({ hasDefault }) => hasDefault === true)).toEqual([]);
  }
});

describe.each(['sqlite', 'postgres'])('the migrations on %s', (dialect) => {
  test('make exactly what the schema says: drizzle-kit has nothing to add', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'pharos-drift-'));
    try {
      await cp(`migrations/${dialect}`, folder, { recursive: true });
      const config = join(folder, 'drizzle.config.json');
      const schema = `./src/kernel/db/schema.${dialect}.ts`;
      await writeFile(config, JSON.stringify({ dialect: dialect === 'sqlite' ? 'sqlite' : 'postgresql', schema, out: folder }));
      const before = await readdir(folder);
      execFileSync('npx', ['drizzle-kit', 'generate', '--config', config], { stdio: 'pipe' });
      expect(await readdir(folder)).toEqual(before);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  test('are in the journal, all of them and in order', async () => {
    const { entries } = JSON.parse(await readFile(`migrations/${dialect}/meta/_journal.json`, 'utf8'));
    const files = (await readdir(`migrations/${dialect}`)).filter((name) => name.endsWith('.sql'));
    expect(entries.map(({ tag }: { tag: string }) => `${tag}.sql`)).toEqual(files.toSorted());
  });
});
