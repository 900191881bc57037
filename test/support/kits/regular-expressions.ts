/** The regular expressions of the product's sources, and how their time grows with what they are matched against. */
import { readdirSync, readFileSync } from 'node:fs';
import { check } from 'recheck';
import ts from 'typescript';

const ROOT = new URL('../../../', import.meta.url);
const FOLDERS = ['src', 'worker-node', 'cli', 'clients'];
/** Expressions that this version of recheck found linear. To check all of them takes it more than two minutes. */
const CHECKED = new URL('../../runtimes/linear-expressions.generated.json', import.meta.url);
const { version } = JSON.parse(readFileSync(new URL('node_modules/recheck/package.json', ROOT), 'utf8')) as { version: string };

export interface Expression {
  /** As written, such as `/a+/g`. */
  readonly literal: string;
  readonly source: string;
  readonly flags: string;
  /** The file and line of its first use. */
  readonly place: string;
}

export interface Sources {
  readonly expressions: readonly Expression[];
  /** Places that make an expression from a string, which cannot be checked. */
  readonly constructed: readonly string[];
}

/** Every regular expression literal of the product, once. */
export function findExpressions(): Sources {
  const expressions = new Map<string, Expression>();
  const constructed: string[] = [];
  for (const file of FOLDERS.flatMap(sourceFiles)) {
    const source = ts.createSourceFile(file, readFileSync(new URL(file, ROOT), 'utf8'), ts.ScriptTarget.Latest, true);
    const placeOf = (node: ts.Node) => `${file}:${source.getLineAndCharacterOfPosition(node.getStart()).line + 1}`;
    const visit = (node: ts.Node): void => {
      if (ts.isRegularExpressionLiteral(node)) {
        const end = node.text.lastIndexOf('/');
        const expression = { literal: node.text, source: node.text.slice(1, end), flags: node.text.slice(end + 1) };
        if (!expressions.has(node.text)) expressions.set(node.text, { ...expression, place: placeOf(node) });
      }
      if ((ts.isNewExpression(node) || ts.isCallExpression(node)) && node.expression.getText(source) === 'RegExp')
        constructed.push(placeOf(node));
      ts.forEachChild(node, visit);
    };
    visit(source);
  }
  return { expressions: [...expressions.values()], constructed };
}

function sourceFiles(folder: string): string[] {
  return readdirSync(new URL(`${folder}/`, ROOT), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts') && !name.includes('node_modules'))
    .map((name) => `${folder}/${name}`);
}

/** Undefined for an expression that takes linear time; else what recheck says about it. */
export async function superLinearity({ source, flags }: Pick<Expression, 'source' | 'flags'>): Promise<string | undefined> {
  const verdict = await check(source, flags, { timeout: 120_000 });
  if (verdict.status === 'safe') return undefined;
  if (verdict.status === 'unknown') return `not decided: ${verdict.error.kind}`;
  return `${verdict.complexity.summary}, for example on ${verdict.attack.pattern.slice(0, 200)}`;
}

export interface Verdicts {
  /** What `linear-expressions.generated.json` holds: the version of recheck, and the expressions that it found linear. */
  readonly linear: string;
  /** What takes more than linear time, as `literal at place: why`. */
  readonly superLinear: readonly string[];
}

/** Checks the expressions that the list lacks: one that was found linear is so for ever. */
export async function checkAll(expressions: readonly Expression[]): Promise<Verdicts> {
  const checked = readChecked();
  const linear: string[] = [];
  const superLinear: string[] = [];
  for (const expression of expressions) {
    const verdict = checked.has(expression.literal) ? undefined : await superLinearity(expression);
    if (verdict === undefined) linear.push(expression.literal);
    else superLinear.push(`${expression.literal} at ${expression.place}: ${verdict}`);
  }
  return { linear: `${JSON.stringify({ recheck: version, linear: linear.sort() }, null, 2)}\n`, superLinear };
}

function readChecked(): Set<string> {
  const list = JSON.parse(readFileSync(CHECKED, 'utf8')) as { recheck: string; linear: string[] };
  return new Set(list.recheck === version ? list.linear : []);
}
