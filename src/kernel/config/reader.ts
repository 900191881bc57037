/** Reads each setting by itself: found under its name or an older one, trimmed, and parsed by its schema. */
import { expectedOf, type Setting } from './setting.ts';
import { SETTINGS, type Settings } from './settings.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Records that the setting `path` is wrong; `message` says what was expected and never quotes the value. */
export type AddIssue = (path: string, message: string) => void;

/**
 * An empty value counts as unset. An invalid value is reported under the name it was given by, older names included, and
 * stands at its default for the checks that follow.
 */
export function readSettings(env: Environment, addIssue: AddIssue): Settings {
  const entries = Object.entries<Setting>(SETTINGS).map(([name, setting]) => {
    const { schema, aliases = [], verbatim = false } = setting;
    for (const key of [name, ...aliases]) {
      const value = verbatim ? env[key] : env[key]?.trim();
      if (!value) continue;
      const result = schema.safeParse(value);
      if (result.success) return [name, result.data];
      addIssue(key, `expected ${expectedOf(setting)}`);
      break;
    }
    return [name, setting.default];
  });
  return Object.fromEntries(entries) as Settings;
}
