/** What `pharos doctor` runs: a check is one file here and one line in checks.ts. */
import type { OpenDatabase } from '../../src/adapters/open-database.ts';
import type { Config } from '../../src/kernel/config/config.ts';
import type { Log } from '../../src/kernel/core/log.ts';
import type { Clock } from '../../src/kernel/core/ports.ts';

export type Status = 'ok' | 'warning' | 'failed' | 'skipped';

export interface Finding {
  readonly status: Status;
  /** What was found, and for a warning or a failure what to do. Never a secret. */
  readonly message: string;
}

export interface Patient {
  readonly config: Config;
  /** Opened once, by the check that asks first; undefined for a SQLite file that does not exist yet. */
  database(): Promise<OpenDatabase | undefined>;
  readonly fetch: typeof fetch;
  readonly clock: Clock;
  readonly log: Log;
}

export interface Check {
  readonly name: string;
  /** A rejection is a failure with the error's message. */
  run(patient: Patient): Promise<Finding>;
}

export const ok = (message: string): Finding => ({ status: 'ok', message });
export const warning = (message: string): Finding => ({ status: 'warning', message });
export const failed = (message: string): Finding => ({ status: 'failed', message });
export const skipped = (message: string): Finding => ({ status: 'skipped', message });

/** The database, once it has all migrations; a finding instead where a check cannot read it. */
export async function migrated({ database }: Patient): Promise<OpenDatabase | Finding> {
  try {
    const opened = await database();
    if (!opened) return skipped('the database does not exist yet');
    const { pending } = await opened.status();
    return pending.length > 0 ? skipped('the database lacks migrations') : opened;
  } catch {
    return skipped('the database cannot be read');
  }
}

export const isFinding = (value: OpenDatabase | Finding): value is Finding => 'message' in value;
