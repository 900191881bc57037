/** What a command of `pharos` is given. */
import type { Readable } from 'node:stream';
import type { OpenDatabase } from '../src/adapters/open-database.ts';
import type { Config } from '../src/kernel/config/config.ts';
import type { Log } from '../src/kernel/core/log.ts';
import type { Background, Clock, Ids } from '../src/kernel/core/ports.ts';
import type { Database } from '../src/kernel/db/types.ts';
import type { KeyValue } from '../src/kernel/kv/key-value.ts';
import type { RateLimitStore } from '../src/kernel/rate-limits/store.ts';

export interface CommandContext {
  readonly config: Config;
  readonly database: Pick<OpenDatabase, 'migrate' | 'status' | 'place'>;
  readonly db: Database;
  readonly kv: KeyValue;
  readonly rateLimitStore: RateLimitStore;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  readonly background: Background;
  readonly input: Readable;
  print(line: string): void;
}

export interface Command {
  /** The command line after `pharos`, and what it does. */
  readonly usage: string;
  run(context: CommandContext, args: readonly string[], options: Readonly<Record<string, string | undefined>>): Promise<void>;
}

/** For commands that need neither database nor store: they work before there is one. */
export interface StandaloneContext {
  readonly config: Config;
  readonly env: Readonly<Record<string, string | undefined>>;
  print(line: string): void;
  /** Shows a line that the next one replaces; nothing where the output is no terminal. */
  rewrite(line: string): void;
}

export interface StandaloneCommand {
  readonly usage: string;
  run(context: StandaloneContext, args: readonly string[], options: Readonly<Record<string, string | undefined>>): Promise<void>;
}

/** A mistake in how the command was called: its message goes to the terminal, with exit code 2. */
export class Usage extends Error {}
