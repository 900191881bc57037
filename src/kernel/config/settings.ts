/** Every setting by name. `npm run docs` generates `docs/configuration.md` and `.env.example` from this table. */
import type { z } from 'zod';
import type { Setting } from './setting.ts';
import { AUTHENTICATION } from './settings/authentication.ts';
import { DATABASE } from './settings/database.ts';
import { EMBEDDING } from './settings/embedding.ts';
import { GENERAL } from './settings/general.ts';
import { KEY_VALUE } from './settings/key-value.ts';
import { LIMITS } from './settings/limits.ts';
import { MAIL } from './settings/mail.ts';
import { WORKER } from './settings/worker.ts';

export const SETTINGS = {
  ...GENERAL,
  ...DATABASE,
  ...AUTHENTICATION,
  ...LIMITS,
  ...KEY_VALUE,
  ...WORKER,
  ...EMBEDDING,
  ...MAIL,
} as const satisfies Record<string, Setting>;

export type SettingName = keyof typeof SETTINGS;

type Value<S extends Setting> = z.output<S['schema']> | (undefined extends S['default'] ? undefined : never);

/** Parsed values; undefined for a setting that is unset and has no default. */
export type Settings = { readonly [K in SettingName]: Value<(typeof SETTINGS)[K]> };
