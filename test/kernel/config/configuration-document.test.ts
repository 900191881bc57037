import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { configurationDocument, environmentExample } from '../../../cli/configuration-document.ts';

test('docs/configuration.md says what the settings say (npm run docs)', () => {
  expect(readFileSync('docs/configuration.md', 'utf8')).toBe(configurationDocument());
});

test('.env.example says what the settings say (npm run docs)', () => {
  expect(readFileSync('.env.example', 'utf8')).toBe(environmentExample());
});
