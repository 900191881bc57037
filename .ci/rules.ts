/**
 * Checks the dependency rules, and that the checker saw every module: with a TypeScript it cannot load,
 * dependency-cruiser reports "no violations" over zero modules.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cruise } from 'dependency-cruiser';
import extractTSConfig from 'dependency-cruiser/config-utl/extract-ts-config';
import { forbidden, options } from './dependency-rules.ts';

interface Violation {
  readonly rule: { readonly name: string };
  readonly from: string;
  readonly to: string;
  readonly cycle?: readonly { readonly name: string }[];
}

const roots = ['src', 'worker-node', 'cli', 'clients', 'console', 'test', 'bench'];
const files = execFileSync(
  'git',
  ['ls-files', '--cached', '--others', '--exclude-standard', ...roots.flatMap((root) => [`${root}/**/*.ts`, `${root}/**/*.tsx`])],
  { encoding: 'utf8' },
)
  .split('\n')
  .filter((file) => /\.tsx?$/.test(file) && !file.endsWith('.d.ts') && fileExists(file));

const result = await cruise(
  roots.filter((root) => files.some((file) => file.startsWith(`${root}/`))),
  { ...options, ruleSet: { forbidden }, validate: true },
  undefined,
  { tsConfig: extractTSConfig('tsconfig.node.json') },
);
if (typeof result.output === 'string') throw new Error('dependency-cruiser answered text, not a result');
const seen = new Set(result.output.modules.map((module) => module.source));
const unseen = files.filter((file) => !seen.has(file));
const violations = result.output.summary.violations as readonly Violation[];

for (const { rule, from, to, cycle } of violations) {
  const reason = forbidden.find(({ name }) => name === rule.name)?.comment ?? '';
  console.error(`${rule.name}: ${from} -> ${cycle ? cycle.map(({ name }) => name).join(' -> ') : to}\n    ${reason}`);
}
for (const file of unseen) console.error(`not seen by the checker: ${file}`);
console.log(
  `${forbidden.length} rules over ${files.length} modules and ${result.output.summary.totalDependenciesCruised} dependencies: ` +
    `${violations.length} violations, ${unseen.length} modules unseen`,
);
process.exit(violations.length > 0 || unseen.length > 0 || files.length === 0 ? 1 : 0);

function fileExists(file: string): boolean {
  try {
    readFileSync(file);
    return true;
  } catch {
    return false;
  }
}
