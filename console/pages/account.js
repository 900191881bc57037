// The token is the fragment of the link, so no server and no log sees it before the form is sent.
const token = location.hash.slice(1);
const outcome = document.getElementById('outcome');
const actions = {
  reset: { path: '/auth/password/reset', done: 'Your new password is set. You can log in with it now.' },
  request: { path: '/auth/password/forgot', done: 'If an account has this address, a mail with a link is on its way to it.' },
  verify: { path: '/auth/email/verify', done: 'Your address is confirmed.' },
};
const isVerification = location.pathname.endsWith('/verify');
// Without the link of a mail, the page for a new password asks for one.
const name = isVerification ? 'verify' : token ? 'reset' : 'request';
const form = document.getElementById(name);

history.replaceState(null, '', location.pathname);
if (token || name === 'request') form.hidden = false;
else outcome.textContent = 'This page needs the link in the mail. Open it from there.';

form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const fields = Object.fromEntries(new FormData(form));
  try {
    const response = await fetch(actions[name].path, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(token ? { token, ...fields } : fields),
    });
    outcome.textContent = response.ok ? actions[name].done : (await response.json()).detail;
    if (response.ok || response.status === 410) form.hidden = true;
  } catch {
    outcome.textContent = 'The server cannot be reached. Try again in a minute.';
  }
});
