/** Each setting by itself: found under its name or an older one, trimmed, parsed by its schema. */
import { SETTINGS, type Setting, type SettingName } from './schema.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Undefined where unset, and where the value was refused. */
export type Settings = { readonly [K in SettingName]: (typeof SETTINGS)[K]['schema']['_output'] | undefined };

/** Notes that the setting `path` is wrong; `message` says what was expected and never what was given. */
export type AddIssue = (path: string, message: string) => void;

/** An empty value counts as unset. What is refused is named as it was written, be it by an older name. */
export function readSettings(env: Environment, refuse: AddIssue): Settings {
  const entries = Object.entries<Setting>(SETTINGS).map(([name, setting]) => {
    const { schema, expected, aliases = [], verbatim = false } = setting;
    for (const key of [name, ...aliases]) {
      const value = verbatim ? env[key] : env[key]?.trim();
      if (!value) continue;
      const result = schema.safeParse(value);
      if (!result.success) refuse(key, `expected ${expected}`);
      return [name, result.data];
    }
    return [name, undefined];
  });
  return Object.fromEntries(entries) as Settings;
}
