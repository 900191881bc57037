/** The shape of a setting: one declaration serves the reader, `docs/configuration.md` and `.env.example`. */
import type { z } from 'zod';

export type SettingGroup =
  | 'General'
  | 'Database'
  | 'Authentication'
  | 'Limits'
  | 'Key-value store'
  | 'Worker and queue'
  | 'Embedding models'
  | 'Mail';

export interface Setting {
  readonly group: SettingGroup;
  readonly description: string;
  /** Parses a non-empty value; its own description completes "expected ..." and must not quote a value. */
  readonly schema: z.ZodType;
  /** The value when unset, as the schema returns it. */
  readonly default?: unknown;
  /** The value when unset, in words, where it depends on other settings or on nothing in this process. */
  readonly whenUnset?: string;
  /** Never shown, neither in errors nor when the configuration is printed. */
  readonly secret?: boolean;
  /** White space around the value is part of it. */
  readonly verbatim?: boolean;
  /** Older names, read where the setting itself is unset. */
  readonly aliases?: readonly string[];
}

type Given<S extends z.ZodType> = Omit<Setting, 'schema' | 'default'> & { readonly schema: S };
type WithDefault<S extends z.ZodType> = Given<S> & { readonly default: z.output<S> };
type WithoutDefault<S extends z.ZodType> = Given<S> & { readonly default?: undefined };

/** Keeps the type of `schema`, and whether there is a default, for the type of the parsed settings. */
export function setting<S extends z.ZodType>(given: WithDefault<S>): WithDefault<S>;
export function setting<S extends z.ZodType>(given: WithoutDefault<S>): WithoutDefault<S>;
export function setting(given: Setting): Setting {
  return given;
}

/** What a valid value looks like: completes "expected ...". */
export const expectedOf = ({ schema }: Pick<Setting, 'schema'>): string => schema.description ?? 'another value';

/** The value when unset, in words. */
export const defaultOf = ({ default: value, whenUnset = 'unset' }: Pick<Setting, 'default' | 'whenUnset'>): string =>
  value === undefined ? whenUnset : String(value);
