// The page's own address is the app's request. What this page holds of a login lives as long as the page.
const parameters = new URLSearchParams(location.search);
const outcome = document.getElementById('outcome');
const login = document.getElementById('login');
const consent = document.getElementById('consent');
const REQUEST = ['client_id', 'redirect_uri', 'response_type', 'scope', 'state', 'code_challenge', 'code_challenge_method'];
let token;
// The session of the console in this browser, which goes on; without one, the login is for this consent alone.
let isShared = false;

async function send(path, body, headers = {}) {
  try {
    const response = await fetch(path, { method: 'POST', body, headers });
    const answer = response.status === 204 ? {} : await response.json();
    return response.ok ? answer : { fault: answer.detail };
  } catch {
    return { fault: 'The server cannot be reached. Try again in a minute.' };
  }
}

const sendJson = (path, fields, headers = {}) =>
  send(path, JSON.stringify(fields), { ...headers, 'Content-Type': 'application/json' });

function show(form, message = '') {
  login.hidden = form !== login;
  consent.hidden = form !== consent;
  outcome.textContent = message;
}

async function welcome(answer) {
  if (answer.fault) return show(login, answer.fault);
  token = answer.access_token;
  const response = await fetch('/auth/me', { headers: { Authorization: `Bearer ${token}` } });
  document.getElementById('who').textContent = response.ok ? (await response.json()).username : '';
  show(consent);
}

login.addEventListener('submit', async (event) => {
  event.preventDefault();
  const form = new URLSearchParams(new FormData(login));
  if (isShared) form.set('cookie', 'true');
  await welcome(await send('/auth/login', form));
});

consent.addEventListener('submit', async (event) => {
  event.preventDefault();
  const request = Object.fromEntries(REQUEST.filter((name) => parameters.has(name)).map((name) => [name, parameters.get(name)]));
  const resource = parameters.getAll('resource');
  const fields = { ...request, ...(resource.length > 0 ? { resource } : {}), approved: new FormData(consent).getAll('approved') };
  const headers = { Authorization: `Bearer ${token}` };
  const answer = await sendJson('/oauth/authorize', fields, headers);
  if (answer.fault) return show(login, answer.fault);
  if (!isShared) await send('/auth/logout', undefined, headers);
  show(undefined, 'Done. You return to the app.');
  location.replace(answer.redirect_to);
});

// A login at a provider returned here, with a code or with what went wrong.
const [code, fault] = [parameters.get('code'), parameters.get('error')];
for (const name of ['code', 'error', 'error_description']) parameters.delete(name);
history.replaceState(null, '', `${location.pathname}?${parameters}`);
document.getElementById('other').addEventListener('click', () => show(login));

/** Whether the console has noted a session in this browser: clients/typescript/src/session-hint.ts. */
function hasSession() {
  try {
    return localStorage.getItem(`pharos:${location.origin}`) !== null;
  } catch {
    return false;
  }
}

const session = hasSession() ? await send('/auth/refresh') : undefined;
isShared = session !== undefined && !session.fault;
if (code) await welcome(await sendJson('/auth/exchange', isShared ? { code, cookie: true } : { code }));
else if (isShared) await welcome(session);
else show(login, fault ? 'You are not logged in: the provider refused, or the login was cancelled. Try again.' : '');
