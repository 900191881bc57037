/** The inference process as its parent holds it. */
import { fork } from 'node:child_process';
import { programPath } from '../../src/adapters/package-files.ts';
import type { FromInference, ToInference } from './infer-protocol.ts';

export interface InferenceProcess {
  readonly pid: number | undefined;
  send(message: ToInference): void;
  /** Ends it at once, in mid-run too; `exit` is then told like any other end. */
  kill(): void;
}

export interface InferenceEvents {
  message(message: FromInference): void;
  /** Once, whatever ended it; `reason` in words for the log. */
  exit(reason: string): void;
}

export type StartInference = (events: InferenceEvents) => InferenceProcess;

/** The process gets no environment: it needs no setting, so it holds no secret. */
export const forkInference: StartInference = (events) => {
  const child = fork(programPath('inference'), [], { serialization: 'advanced', execArgv: [], env: {} });
  let over = false;
  const end = (reason: string) => {
    if (over) return;
    over = true;
    events.exit(reason);
  };
  child.on('message', (message) => events.message(message as FromInference));
  child.on('error', (error) => end(error.message));
  child.on('exit', (code, signal) => end(signal ? `killed by ${signal}` : `exit code ${code}`));
  return {
    pid: child.pid,
    // A message to a process that is gone is no error here: `exit` is told.
    send: (message) => void child.send(message, () => undefined),
    kill: () => void child.kill('SIGKILL'),
  };
};
