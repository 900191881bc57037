import { expect, test } from 'vitest';
import { AppError, ERROR_CODES } from '../../../src/kernel/core/errors.ts';
import { statusOf, toMethodNotAllowed, toProblem } from '../../../src/kernel/core/problem.ts';

const request = { instance: '/resources/1', requestId: 'request-1' };

test.each(ERROR_CODES)('problem: %s has a 4xx or 5xx status, a title and a type of its own', (code) => {
  const { status, body, headers } = toProblem(new AppError(code, 'words for the client'), request);
  expect(status).toBeGreaterThanOrEqual(400);
  expect(status).toBe(statusOf(code));
  expect(body).toEqual({
    type: `urn:pharos:error:${code}`,
    title: expect.stringMatching(/^[A-Z][A-Za-z ]+$/),
    status,
    detail: 'words for the client',
    instance: '/resources/1',
    request_id: 'request-1',
  });
  expect(headers['Content-Type']).toBe('application/problem+json');
  expect(headers['WWW-Authenticate']).toBe(status === 401 ? 'Bearer' : undefined);
});

test('problem: field errors are listed, and Retry-After is whole seconds of at least 1', () => {
  const errors = [{ path: 'tags.0', message: 'is empty' }];
  expect(toProblem(new AppError('invalid_input', 'no', { errors }), request).body.errors).toEqual(errors);
  const retryAfter = (seconds: number) =>
    toProblem(new AppError('unavailable', 'no', { retryAfter: seconds }), request).headers['Retry-After'];
  expect([0, 0.2, 1.2, 30].map(retryAfter)).toEqual(['1', '1', '2', '30']);
});

test('problem: the cause of an error is not in the response', () => {
  const error = new AppError('unavailable', 'Try again later', { cause: new Error('password=hunter2') });
  expect(JSON.stringify(toProblem(error, request))).not.toContain('hunter2');
});

test('problem: an unexpected error is 500 of type about:blank with a fixed detail', () => {
  expect(toProblem(undefined, request)).toMatchObject({
    status: 500,
    body: { type: 'about:blank', title: 'Internal Server Error', status: 500, detail: expect.stringContaining('request id') },
  });
});

test('problem: 405 lists the methods that the path supports in Allow and in its detail', () => {
  expect(toMethodNotAllowed(['GET', 'DELETE'], request)).toMatchObject({
    status: 405,
    headers: { Allow: 'GET, DELETE' },
    body: { title: 'Method Not Allowed', detail: 'This path supports GET, DELETE' },
  });
});
