/** Writes docs/configuration.md and .env.example from the settings; `--check` only reports whether both are up to date. */
import { readFileSync, writeFileSync } from 'node:fs';
import { configurationDocument, environmentExample } from './configuration-document.ts';

const files = { 'docs/configuration.md': configurationDocument(), '.env.example': environmentExample() };
const check = process.argv.includes('--check');
for (const [path, content] of Object.entries(files)) {
  if (!check) writeFileSync(path, content);
  else if (readFileSync(path, 'utf8') !== content) {
    console.error(`${path} is out of date: run npm run docs`);
    process.exitCode = 1;
  }
}
