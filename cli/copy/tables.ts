/** The tables in the order of their foreign keys, and how a table is read page by page. */
import { getTableColumns, is, type SQL, sql } from 'drizzle-orm';
import { getTableConfig, type SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core';
import * as schema from '../../src/kernel/db/schema.sqlite.ts';

export interface CopiedTable {
  readonly name: string;
  readonly table: SQLiteTable;
  /** Property of the row object and its column, in the order of the primary key. */
  readonly key: readonly (readonly [property: string, column: SQLiteColumn])[];
  /** Rows per page: files are large, and a statement takes a limited number of values. */
  readonly pageSize: number;
}

const PAGE = 500;
const PAGE_OF_FILES = 4;

/** Every table after the ones that its foreign keys refer to, except itself. */
export function tablesInOrder(): CopiedTable[] {
  const all = (Object.values(schema) as unknown[]).filter((value): value is SQLiteTable => is(value, SQLiteTable));
  const ordered: SQLiteTable[] = [];
  const visit = (table: SQLiteTable) => {
    if (ordered.includes(table)) return;
    for (const key of getTableConfig(table).foreignKeys) {
      const { foreignTable } = key.reference();
      if (foreignTable !== table) visit(foreignTable);
    }
    ordered.push(table);
  };
  for (const table of all) visit(table);
  return ordered.map(describe);
}

function describe(table: SQLiteTable): CopiedTable {
  const { name, primaryKeys, columns } = getTableConfig(table);
  const keyColumns = primaryKeys[0]?.columns ?? columns.filter(({ primary }) => primary);
  const properties = Object.entries(getTableColumns(table));
  const key = keyColumns.map((column) => {
    const [property] = properties.find(([, candidate]) => candidate.name === column.name) ?? [];
    if (property === undefined) throw new Error(`${name} has no column ${column.name}`);
    return [property, column as SQLiteColumn] as const;
  });
  return { name, table, key, pageSize: name === 'resource_sources' ? PAGE_OF_FILES : PAGE };
}

/** Condition for rows after `last`, the key's values in its order; undefined for the first page. */
export function beyond({ key }: Pick<CopiedTable, 'key'>, last: readonly unknown[] | undefined): SQL | undefined {
  if (last === undefined) return undefined;
  const columns = sql.join(
    key.map(([, column]) => sql`${column}`),
    sql`, `,
  );
  const values = sql.join(
    last.map((value) => sql`${value}`),
    sql`, `,
  );
  return sql`(${columns}) > (${values})`;
}

export const keyOf = ({ key }: Pick<CopiedTable, 'key'>, row: Readonly<Record<string, unknown>>) =>
  key.map(([property]) => row[property]);
