/** Screens without a subject: no such page, no access, not loaded, still loading. */
import { connection } from '../api/connection.ts';
import { Button } from '../parts/button.tsx';
import { shell } from '../texts.ts';

export function NotFound() {
  const { title, text, action } = shell.notFound;
  return (
    <section class="screen">
      <div class="empty">
        <h1>{title}</h1>
        <p>{text}</p>
        <a class="btn" href="/app/">
          {action}
        </a>
      </div>
    </section>
  );
}

export function Forbidden() {
  const { title, text } = shell.forbidden;
  return (
    <section class="screen">
      <div class="empty">
        <h1>{title}</h1>
        <p>{text}</p>
      </div>
    </section>
  );
}

/** The modules of a screen did not come. They are asked for again when the server is back. */
export function NotLoaded() {
  const { title, away, text, action } = shell.notLoaded;
  const isAway = connection.value !== 'connected';
  return (
    <section class="screen">
      <div class="empty" role="alert">
        <h1>{title}</h1>
        <p>{isAway ? away : text}</p>
        {!isAway && <Button onClick={() => location.reload()}>{action}</Button>}
      </div>
    </section>
  );
}

export function ScreenSkeleton() {
  return (
    <div class="frame" role="status" aria-label={shell.loading}>
      <div class="nav" />
      <div class="main">
        <div class="screen">
          <div class="head">
            <span class="skel skel--title" style={{ width: '12rem' }} />
          </div>
          <div class="stack stack--full">
            <span class="skel" />
            <span class="skel" style={{ width: '80%' }} />
            <span class="skel" style={{ width: '90%' }} />
          </div>
        </div>
      </div>
    </div>
  );
}
