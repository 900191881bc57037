/** Texts of the frame around every screen. */
export const shell = {
  product: 'Pharos',
  title: (screen: string) => `${screen} · Pharos`,
  skip: 'Skip to the content',
  navigation: 'Main',
  home: 'Pharos, to the first page',
  search: 'Search',
  add: 'Add',
  library: 'Library',
  connect: 'Connect',
  admin: 'Admin',
  account: 'Account',
  logIn: 'Log in',
  theme: 'Theme',
  inWork: (count: number) => `${count} in work`,
  loading: 'Loading',
  notFound: {
    title: 'There is no such page',
    text: 'The address may be mistyped, or the page has moved.',
    action: 'Go to the first page',
  },
  forbidden: {
    title: 'This page is for admins',
    text: 'Your account has no access to it. An admin of this installation can change that.',
  },
  notLoaded: {
    title: 'This page could not be loaded',
    away: 'The server does not answer. The page is loaded as soon as it does.',
    text: 'A part of it did not arrive.',
    action: 'Load it again',
  },
  broken: {
    title: 'This page stopped working',
    text: 'What you did before is saved. Load the page again to go on.',
    action: 'Load it again',
  },
  logOut: {
    title: 'Log out with documents unsent?',
    text: (count: number) =>
      `${count.toLocaleString('en')} ${count === 1 ? 'document has' : 'documents have'} not been sent to the server yet. What is unsent when you log out is lost.`,
    stay: 'Stay',
    go: 'Log out',
    failed: 'Not logged out: the server did not answer. Try again in a minute.',
  },
  connection: {
    reconnecting: (seconds: number) =>
      seconds > 0
        ? `Connection lost. The work goes on; trying again in ${seconds} s.`
        : 'Connection lost. The work goes on; trying now.',
    limited: (seconds: number) =>
      `Many requests in one minute. The server takes more ${seconds > 0 ? `in ${seconds} s` : 'in a moment'}, and what waits goes on.`,
    offline: 'You are offline. What you see may be old.',
    now: 'Try now',
    regained: 'Connected again. Nothing was lost.',
  },
};
