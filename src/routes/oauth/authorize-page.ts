/** The pages at GET /oauth/authorize: login and consent, and what is wrong with a request. Their script is an asset. */
import type { Context } from 'hono';
import { html } from 'hono/html';
import { describeRedirect } from '../../kernel/auth/redirect-uris.ts';
import type { OAuthClient } from '../../kernel/db/types.ts';
import type { Scope } from '../../kernel/model/actor.ts';
import { sendPage } from '../page.ts';

const IN_WORDS: Readonly<Record<Scope, string>> = {
  'resources:read': 'Read your documents',
  'resources:write': 'Add documents, and change them',
  'resources:delete': 'Delete documents for ever',
  search: 'Search your library',
  admin: 'Administer this server',
};

/** An app may open these pages in a window of its own, and waits there for the answer through `opener`. */
const OPENED = { 'Cross-Origin-Opener-Policy': 'unsafe-none' };

/** What an app asks for that cannot be undone is left to the person to tick. */
const UNTICKED: readonly Scope[] = ['resources:delete'];

export interface ConsentPage {
  /** This server's host. */
  readonly server: string;
  readonly client: OAuthClient;
  readonly redirectUri: string;
  readonly scopes: readonly Scope[];
  readonly refuseUri: string;
  /** Names of the providers that log in, with the address that begins it. */
  readonly providers: readonly { readonly name: string; readonly url: string }[];
}

export function sendConsentPage(c: Context, { server, client, redirectUri, scopes, refuseUri, providers }: ConsentPage) {
  const nonce = crypto.randomUUID();
  const boxes = scopes.map(
    (scope) => html`
        <label><input type="checkbox" name="approved" value="${scope}" ${UNTICKED.includes(scope) ? '' : 'checked'}> ${IN_WORDS[scope]}</label>`,
  );
  const links = providers.map(
    ({ name, url }) => html`
        <a class="btn" href="${url}">Log in with ${name}</a>`,
  );
  const body = html`
      <h1>Connect an app</h1>
      <p><strong>${client.name}</strong> asks to use your library at ${server}.</p>
      <p>Afterwards you return to <strong>${describeRedirect(redirectUri)}</strong>. The app chose its name itself: connect it
        only if you have just begun this there.</p>
      <noscript><p>This page needs JavaScript to send the forms.</p></noscript>
      <form id="login" hidden>
        <p><label for="username">Username or e-mail</label></p>
        <p><input id="username" name="username" autocomplete="username" maxlength="254" required></p>
        <p><label for="password">Password</label></p>
        <p><input id="password" name="password" type="password" autocomplete="current-password" maxlength="1024" required></p>
        <button type="submit">Log in</button>${links}
      </form>
      <form id="consent" hidden>
        <p>Logged in as <strong id="who"></strong>. <button class="link" type="button" id="other">Log in as another user</button></p>
        <fieldset class="scopes" aria-label="The app may">${boxes}
        </fieldset>
        <button type="submit">Connect</button>
        <p class="quiet">You can disconnect it at any time, under Account.</p>
      </form>
      <p id="outcome" role="status"></p>
      <p class="quiet"><a id="refuse" rel="noreferrer" href="${refuseUri}">Refuse, and return to the app</a></p>`;
  const script = html`<script type="module" nonce="${nonce}" src="/assets/authorize.js"></script>`;
  return sendPage(c, {
    status: 200,
    title: 'Connect an app',
    body,
    script,
    policy: [`script-src 'nonce-${nonce}'`, "connect-src 'self'"],
    headers: OPENED,
  });
}

/** `returnUri`: where the app is told what is wrong. Followed by the person alone (RFC 9700 section 4.11.2). */
export function sendFaultPage(c: Context, detail: string, returnUri?: string) {
  const body = html`
      <h1>The app cannot be connected</h1>
      <p>${detail}.</p>
      ${returnUri === undefined ? '' : html`<p><a rel="noreferrer" href="${returnUri}">Return to ${describeRedirect(returnUri)}</a></p>`}`;
  return sendPage(c, { status: 400, title: 'The app cannot be connected', body, headers: OPENED });
}
