/** Screens without a subject: no such page, no access, still loading. */
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
