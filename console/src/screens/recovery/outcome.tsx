/** How a step before the login ended, and where to go from there. */
import { useEffect, useRef } from 'preact/hooks';
import { recovery as texts } from '../../texts.ts';

export interface OutcomeProps {
  readonly title: string;
  readonly text: string;
  /** Default: back to the login, as a quiet link. */
  readonly action?: string;
  readonly href?: string;
}

export function Outcome({ title, text, action, href = '/app/login' }: OutcomeProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  // It takes the place of a form: assistive technology goes on from here.
  useEffect(() => heading.current?.focus(), []);
  return (
    <section class="stack stack--full">
      <div class="gate__title">
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        <p class="soft">{text}</p>
      </div>
      {action === undefined ? (
        <p class="quiet">
          <a class="link" href={href}>
            {texts.back}
          </a>
        </p>
      ) : (
        <a class="btn btn--primary btn--wide" href={href}>
          {action}
        </a>
      )}
    </section>
  );
}
