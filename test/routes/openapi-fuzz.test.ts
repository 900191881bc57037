import { expect, test } from 'vitest';
import { EXCEPTIONS, isExpected } from '../support/openapi/fuzz-exceptions.ts';
import { readReport } from '../support/openapi/fuzz-report.ts';

const base64 = (text: string) => ({ $base64: Buffer.from(text).toString('base64') });

function report(check: { name: string; operation: string; status: number; body: string }): string {
  const recorder = {
    label: check.operation,
    checks: {
      one: [
        { name: 'not_a_server_error', status: 'success' },
        {
          name: check.name,
          status: 'failure',
          failure_info: { failure: { operation: check.operation, title: 'Refused', message: 'Valid data was refused' } },
        },
      ],
    },
    interactions: {
      one: {
        request: { method: 'GET', uri: 'http://127.0.0.1:8000/resources', body: null },
        response: { status_code: check.status, content: base64(check.body) },
      },
    },
  };
  const empty = { recorder: { label: 'GET /docs', checks: null, interactions: null } };
  return [{ ScenarioFinished: { recorder } }, { ScenarioFinished: empty }, { EngineFinished: {} }]
    .map((event) => `${JSON.stringify(event)}\n`)
    .join('');
}

const refused = {
  name: 'positive_data_acceptance',
  operation: 'GET /resources',
  status: 422,
  body: '{"detail":"limit: is too large"}',
};

test('fuzz:openapi: a failed check in the report is a disagreement with its operation, status and body', () => {
  const { requests, failures, errors } = readReport(report(refused));
  expect({ requests, errors }).toEqual({ requests: 1, errors: [] });
  expect(failures).toMatchObject([
    { operation: 'GET /resources', check: 'positive_data_acceptance', status: 422, body: refused.body },
  ]);
  expect(failures.filter(isExpected)).toEqual([]);
});

test('fuzz:openapi: only the failure that an exception describes is expected', () => {
  const body = '{"detail":"cursor is not a cursor that this list returned"}';
  const expected = (change: Partial<typeof refused>) =>
    readReport(report({ ...refused, body, ...change })).failures.map(isExpected);
  expect(expected({})).toEqual([true]);
  expect(expected({ status: 500 })).toEqual([false]);
  expect(expected({ name: 'response_schema_conformance' })).toEqual([false]);
  expect(expected({ body: '{"detail":"q: is too long"}' })).toEqual([false]);
});

test('fuzz:openapi: a report that was cut off before its end is refused', () => {
  const lines = report(refused).split('\n').slice(0, 1).join('\n');
  expect(() => readReport(lines)).toThrow('has no end');
});

test('fuzz:openapi: no exception forgives an internal error or wrong credentials, and each has its reason', () => {
  for (const { check, operations, statuses, body, reason } of EXCEPTIONS) {
    expect(statuses).not.toContain(500);
    expect(body.test('')).toBe(false);
    expect(operations.test('')).toBe(false);
    expect(check).not.toBe('ignored_auth');
    expect(reason).toMatch(/^\S.{20,}\.$/);
  }
});
