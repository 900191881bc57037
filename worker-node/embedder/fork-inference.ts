/** Starts the inference process and connects to it. */
import { fork } from 'node:child_process';
import { setPriority } from 'node:os';
import { programPath } from '../../src/adapters/package-files.ts';
import type { FromInference, ToInference } from './infer-protocol.ts';

export interface InferenceProcess {
  readonly pid: number | undefined;
  send(message: ToInference): void;
  /** Ends the process at once, even during a run; `exit` is called as for any other end. */
  kill(): void;
}

export interface InferenceEvents {
  message(message: FromInference): void;
  /** Called once, whatever ended the process; `reason` is text for the log. */
  exit(reason: string): void;
}

export type StartInference = (events: InferenceEvents) => InferenceProcess;

/** The process gets an empty environment: it needs no settings, and so holds no secrets. */
export const forkInference: StartInference = (events) => {
  const child = fork(programPath('inference'), [], { serialization: 'advanced', execArgv: [], env: {} });
  let ended = false;
  const end = (reason: string) => {
    if (ended) return;
    ended = true;
    events.exit(reason);
  };
  child.on('message', (message) => events.message(message as FromInference));
  child.on('error', (error) => end(error.message));
  child.on('exit', (code, signal) => end(signal ? `killed by ${signal}` : `exit code ${code}`));
  return {
    pid: child.pid,
    // Sending to a process that has exited fails; `exit` reports it.
    send: (message) => void child.send(message, () => undefined),
    kill: () => void child.kill('SIGKILL'),
  };
};

/**
 * How far the system prefers other processes to that of documents (0 to 19). Measured on two processors with much other work:
 * a question takes 2.1 times as long beside documents at 0, 1.3 times at 5 and 10; at 10 documents hardly come forward.
 */
const NICENESS = 5;

/** As `forkInference`, for work that no person waits for. */
export const forkInBackground: StartInference = (events) => {
  const started = forkInference(events);
  try {
    if (started.pid !== undefined) setPriority(started.pid, NICENESS);
  } catch {
    // The process has ended already, which `exit` reports, or the system has no priorities.
  }
  return started;
};
