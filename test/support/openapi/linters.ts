/** The recommended rules of Redocly and of Spectral over an OpenAPI document. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import spectral, { type RulesetDefinition } from '@stoplight/spectral-core';
import rulesets from '@stoplight/spectral-rulesets';

const REDOCLY = fileURLToPath(new URL('../../../node_modules/@redocly/cli/bin/cli.js', import.meta.url));
const SEVERITIES = ['error', 'warning', 'information', 'hint'];

/** A line for each problem, warnings too. */
export async function lintWithSpectral(document: string): Promise<string[]> {
  const linter = new spectral.Spectral();
  linter.setRuleset({ extends: [[rulesets.oas as RulesetDefinition, 'recommended']] });
  return (await linter.run(document)).map(
    ({ severity, code, path, message }) => `spectral ${SEVERITIES[severity]}: ${path.join(' > ')}: ${message} (${code})`,
  );
}

interface Report {
  readonly problems: readonly {
    readonly severity: string;
    readonly ruleId: string;
    readonly message: string;
    readonly location: readonly { readonly pointer?: string }[];
  }[];
}

/** A line for each problem, warnings too. Throws if Redocly did not run. */
export function lintWithRedocly(document: string): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'pharos-openapi-'));
  try {
    const file = join(folder, 'openapi.json');
    writeFileSync(file, document);
    // From the empty folder, so that no file of settings changes the rules.
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [REDOCLY, 'lint', file, '--extends=recommended', '--format=json', '--max-problems=1000'],
      {
        cwd: folder,
        encoding: 'utf8',
        env: { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' },
      },
    );
    const report = reportOf(stdout);
    if (!report) throw new Error(`redocly ended with ${status}:\n${stdout}${stderr}`);
    return report.problems.map(
      ({ severity, ruleId, message, location }) => `redocly ${severity}: ${location[0]?.pointer}: ${message} (${ruleId})`,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Undefined if the command printed anything but a report. */
function reportOf(output: string): Report | undefined {
  try {
    const report = JSON.parse(output) as Report;
    return Array.isArray(report.problems) ? report : undefined;
  } catch {
    return undefined;
  }
}
