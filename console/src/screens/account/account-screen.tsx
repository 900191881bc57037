/** The account: what is left of its limits, its keys, apps, logins and sessions, its name and address, and its end. */
import { type Account, account } from '../../api/session.ts';
import { ConfirmDialog } from '../../app/fresh-session.tsx';
import { KeysSetting, useKeys } from '../../app/keys.tsx';
import { logOut } from '../../app/log-out.tsx';
import { providerFailure } from '../../app/provider-return.ts';
import { parts, Setting } from '../../app/setting.tsx';
import { setTheme, theme } from '../../app/theme.ts';
import { Together } from '../../app/together.tsx';
import { Button } from '../../parts/button.tsx';
import { FieldError } from '../../parts/field.tsx';
import { Segments } from '../../parts/segments.tsx';
import { account as texts } from '../../texts.ts';
import { AppsSetting, useApps } from './apps.tsx';
import { DeletionSetting } from './deletion.tsx';
import { LimitsSetting } from './limits.tsx';
import { ProfileSetting } from './profile.tsx';
import { SessionsSetting } from './sessions.tsx';
import { WaysSetting } from './ways.tsx';
import '../../styles/account.css';

export default function AccountScreen() {
  const user = account.value;
  // The session has ended: the login is on its way.
  if (!user) return null;
  return (
    <section class="screen">
      <header class="head">
        <h1>{texts.title}</h1>
        <p>{parts(user.username, user.email, user.tier)}</p>
        <Button class="push" onClick={logOut}>
          {texts.logOut}
        </Button>
      </header>
      {providerFailure.value !== undefined && <FieldError id="provider-failure">{providerFailure.value}</FieldError>}
      <Together>
        <Settings user={user} />
      </Together>
      <ConfirmDialog />
    </section>
  );
}

function Settings({ user }: { user: Account }) {
  const keys = useKeys();
  const apps = useApps();
  return (
    <>
      <LimitsSetting />
      <KeysSetting loaded={keys} />
      <AppsSetting loaded={apps} />
      <WaysSetting />
      <SessionsSetting />
      <ProfileSetting user={user} />
      <Setting title={texts.appearance.title}>
        <div>
          <Segments
            label={texts.appearance.theme}
            value={theme.value}
            onChange={setTheme}
            options={(['system', 'light', 'dark'] as const).map((value) => ({ value, shown: texts.appearance[value] }))}
          />
        </div>
      </Setting>
      <DeletionSetting user={user} keys={keys.value?.length ?? 0} apps={apps.value?.length ?? 0} />
    </>
  );
}
