/** What Schemathesis' report in lines of JSON says of failures. */
import type { FuzzFailure } from './fuzz-exceptions.ts';

export interface FuzzReport {
  readonly requests: number;
  readonly failures: readonly (FuzzFailure & { readonly message: string; readonly request: string })[];
  /** What stopped Schemathesis from testing an operation. */
  readonly errors: readonly string[];
}

interface Bytes {
  readonly $base64: string;
}
interface Check {
  readonly name: string;
  readonly status: string;
  readonly failure_info?: { readonly failure: { readonly operation?: string; readonly title: string; readonly message: string } };
}
interface Interaction {
  readonly request: { readonly method: string; readonly uri: string; readonly body?: Bytes | null };
  readonly response?: { readonly status_code: number; readonly content?: Bytes | null } | null;
}
interface Recorder {
  readonly label: string;
  /** Null in a scenario without requests. */
  readonly checks: Readonly<Record<string, readonly Check[]>> | null;
  readonly interactions: Readonly<Record<string, Interaction>> | null;
}

const textOf = (bytes: Bytes | null | undefined) => (bytes ? Buffer.from(bytes.$base64, 'base64').toString('utf8') : '');

/** `lines`: the report. Throws if it is not one, or was cut off before its end. */
export function readReport(lines: string): FuzzReport {
  const failures: FuzzReport['failures'][number][] = [];
  const errors: string[] = [];
  let requests = 0;
  let ended = false;
  for (const line of lines.split('\n').filter((each) => each !== '')) {
    const [[kind, event] = []] = Object.entries(JSON.parse(line) as Record<string, { recorder?: Recorder }>);
    if (kind === 'EngineFinished') ended = true;
    if (kind === 'NonFatalError' || kind === 'FatalError') errors.push(line.slice(0, 1_000));
    if (kind !== 'ScenarioFinished' || !event?.recorder) continue;
    const { label } = event.recorder;
    const [checks, interactions] = [event.recorder.checks ?? {}, event.recorder.interactions ?? {}];
    requests += Object.keys(interactions).length;
    for (const [id, results] of Object.entries(checks)) {
      const { request, response } = interactions[id] ?? {};
      for (const { name, status, failure_info: info } of results) {
        if (status !== 'failure') continue;
        const { operation = label, title = name, message = '' } = info?.failure ?? {};
        failures.push({
          operation,
          check: name,
          status: response?.status_code ?? 0,
          body: textOf(response?.content),
          message: `${title}: ${message}`,
          request: `${request?.method} ${request?.uri} ${textOf(request?.body)}`.slice(0, 600),
        });
      }
    }
  }
  if (!ended) throw new Error('The report of Schemathesis has no end');
  return { requests, failures, errors };
}
