/** Fails the type check if the rows of the two dialects' schemas differ. Nothing here runs. */
import type { InferInsertModel, InferSelectModel, Table } from 'drizzle-orm';
import type * as postgres from './schema.postgres.ts';
import type * as sqlite from './schema.sqlite.ts';

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
type Tables<Schema> = { [K in keyof Schema as Schema[K] extends Table ? K : never]: Schema[K] };
type Rows<Schema> = { [K in keyof Schema]: Schema[K] extends Table ? InferSelectModel<Schema[K]> : never };
type NewRows<Schema> = { [K in keyof Schema]: Schema[K] extends Table ? InferInsertModel<Schema[K]> : never };
type Same<A, B> = { [K in keyof A | keyof B]: K extends keyof A & keyof B ? Equal<A[K], B[K]> : false };
type Differing<Comparison> = { [K in keyof Comparison]: Comparison[K] extends true ? never : K }[keyof Comparison];

type DifferingRows = Differing<Same<Rows<Tables<typeof sqlite>>, Rows<Tables<typeof postgres>>>>;
type DifferingNewRows = Differing<Same<NewRows<Tables<typeof sqlite>>, NewRows<Tables<typeof postgres>>>>;

/** The error of the type check names the tables that differ. */
type NoTable<T extends never> = T;
export type Parity = [NoTable<DifferingRows>, NoTable<DifferingNewRows>];
