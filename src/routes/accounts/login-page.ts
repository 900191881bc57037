/** The page that a browser gets if its login through a provider fails and there is nowhere to return to. */
import type { Context } from 'hono';
import { html } from 'hono/html';
import type { AppError } from '../../kernel/core/errors.ts';
import { sendPage } from '../page.ts';
import { problem, statusOf } from '../problem.ts';

/** The status and headers of the problem, with its detail as a page. */
export function loginProblemPage(c: Context, error: AppError): Response | Promise<Response> {
  const headers = problem(c, error).headers;
  const retryAfter = headers.get('Retry-After');
  return sendPage(c, {
    status: statusOf(error),
    title: 'Login failed',
    body: html`
      <h1>You are not logged in</h1>
      <p>${error.detail}.</p>
      <a class="btn btn--primary" href="/app/login">Back to the login</a>`,
    headers: retryAfter === null ? {} : { 'Retry-After': retryAfter },
  });
}
