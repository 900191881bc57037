/** Every account: its tier, and whether it may log in. A change acts at once, and can be taken back. */
import { useEffect, useId, useState } from 'preact/hooks';
import type { components } from '../../../../clients/typescript/src/index.ts';
import { client } from '../../api/client.ts';
import { account } from '../../api/session.ts';
import { act } from '../../app/act.ts';
import { WhenLoaded } from '../../app/setting.tsx';
import { type Pages, usePages } from '../../app/use-pages.ts';
import { Button } from '../../parts/button.tsx';
import { Icon } from '../../parts/icon.tsx';
import { Select } from '../../parts/select.tsx';
import { toast } from '../../parts/toast.tsx';
import { ago, dateOf } from '../../texts/times.ts';
import { admin } from '../../texts.ts';

type User = components['schemas']['ListedUser'];
type Change = Partial<Pick<User, 'tier' | 'active'>>;

const { users: texts } = admin;
const TIERS = ['admin', 'premium', 'free'] as const;
const PAGE = 50;
const TYPING_MS = 200;
/** As the API bounds it. */
const LONGEST_FILTER = 100;

export function Users() {
  const id = useId();
  const [typed, setTyped] = useState('');
  const [filter, setFilter] = useState('');
  useEffect(() => {
    const timer = setTimeout(() => setFilter(typed.trim()), TYPING_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  const loaded = usePages(filter, async (cursor) => {
    const query = { limit: PAGE, ...(filter === '' ? {} : { q: filter }), ...(cursor === undefined ? {} : { cursor }) };
    const { users, next_cursor: next } = await client.get('/admin/users', { params: { query } });
    return { rows: users, next };
  });
  return (
    <section class="sec" aria-labelledby={id}>
      <div class="panel__head">
        <h2 id={id}>{texts.title}</h2>
        <span class="ask ask--sm push users__filter">
          <Icon name="search" />
          <input
            class="ask__input"
            type="text"
            aria-label={texts.filter}
            placeholder={texts.filter}
            maxLength={LONGEST_FILTER}
            value={typed}
            onInput={(event) => setTyped(event.currentTarget.value)}
          />
        </span>
      </div>
      <WhenLoaded loaded={loaded}>
        {(users) =>
          users.length === 0 ? (
            <p class="quiet" role="status">
              {texts.none(filter)}
            </p>
          ) : (
            <UserTable users={users} loaded={loaded} />
          )
        }
      </WhenLoaded>
      {loaded.more && (
        <Button small class="more" onClick={loaded.more}>
          {texts.more}
        </Button>
      )}
    </section>
  );
}

function UserTable({ users, loaded }: { users: readonly User[]; loaded: Pages<User> }) {
  async function save(id: string, body: Change, then: () => void) {
    await act(async () => {
      const changed = await client.patch('/admin/users/{id}', { params: { path: { id } }, body });
      loaded.alter((rows) => rows.map((row) => (row.id === id ? { ...row, ...changed } : row)));
      then();
    });
    // What was refused is shown as it is at the server.
    loaded.alter((rows) => [...rows]);
  }

  const change = (user: User, body: Change, text: string) => {
    const back: Change = body.tier === undefined ? { active: user.active } : { tier: user.tier };
    return save(user.id, body, () => toast({ text, undo: () => void save(user.id, back, () => undefined) }));
  };

  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls sideways must be reached by keyboard
    <section class="scroll" tabIndex={0} aria-label={texts.table}>
      <table class="table table--admin table--users">
        <thead>
          <tr>
            <th scope="col">{texts.username}</th>
            <th scope="col">{texts.email}</th>
            <th scope="col">{texts.tier}</th>
            <th scope="col" class="end">
              {texts.documents}
            </th>
            <th scope="col" class="end">
              {texts.seen}
            </th>
            <th scope="col" class="end">
              {texts.joined}
            </th>
            <th scope="col" class="end">
              {texts.state}
            </th>
          </tr>
        </thead>
        <tbody>
          {users.map((user) => (
            <UserRow key={user.id} user={user} onChange={(body, text) => void change(user, body, text)} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function UserRow({ user, onChange }: { user: User; onChange: (body: Change, text: string) => void }) {
  const { id, username, email, tier, active } = user;
  const isOwn = id === account.value?.id;
  const isFixed = isOwn || user.system === true;
  return (
    <tr>
      <td title={username}>{username}</td>
      <td class="soft" title={email}>
        {email}
        {!user.email_verified && !user.system && <span class="quiet"> · {texts.unverified}</span>}
      </td>
      <td>
        <Select
          label={texts.tierOf(username)}
          hideLabel
          small
          auto
          value={tier}
          disabled={isFixed}
          onChange={(value) => onChange({ tier: value }, texts.tierSet(username, value))}
          options={TIERS.map((value) => ({ value, label: value }))}
        />
      </td>
      <td class="end soft num">{user.documents.toLocaleString('en')}</td>
      <td class="end soft num">{user.last_seen_at === undefined ? texts.never : ago(user.last_seen_at)}</td>
      <td class="end soft num">{dateOf(user.created_at)}</td>
      <td class="end">
        {isFixed ? (
          <span class="quiet">{isOwn ? texts.own : texts.system}</span>
        ) : (
          <button
            class="link"
            type="button"
            onClick={() => onChange({ active: !active }, active ? texts.deactivated(username) : texts.activated(username))}
          >
            {active ? texts.deactivate : texts.activate}
            <span class="sr"> {username}</span>
          </button>
        )}
      </td>
    </tr>
  );
}
