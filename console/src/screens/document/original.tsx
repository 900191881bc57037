/** The original of a stranger: in a frame without scripts, forms, this origin and the network, or to download. */
import { useEffect, useState } from 'preact/hooks';
import { client } from '../../api/client.ts';
import { sentenceOf } from '../../api/errors.ts';
import { Skeleton } from '../../parts/skeleton.tsx';
import { documentTexts as texts } from '../../texts/document.ts';
import { typeName } from '../../texts/names.ts';
import { safeHref } from './safe-href.ts';
import { shownAs } from './shown-as.ts';

interface Loaded {
  /** Of the file as it is, to download. */
  readonly file: string;
  readonly name: string;
  /** Of what the frame shows; undefined for what a browser runs or cannot show. */
  readonly frame: string | undefined;
  readonly type: string;
}

/** Beside the policy of this page, which the frame inherits: not even the images of this server. */
const PAGE_POLICY = `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">`;

export function Original({ id, url }: { id: string; url: string | undefined }) {
  const [loaded, setLoaded] = useState<Loaded>();
  const [failure, setFailure] = useState<unknown>();
  useEffect(() => {
    let isOpen = true;
    const made: string[] = [];
    const addressOf = (blob: Blob) => {
      const address = URL.createObjectURL(blob);
      made.push(address);
      return address;
    };
    client.content(id).then((file) => {
      if (!isOpen) return;
      const shown = shownAs(file.type);
      // Downloaded under a type that no browser opens as a page of this origin.
      const whole = addressOf(new Blob([file], { type: 'application/octet-stream' }));
      const frame =
        shown === undefined ? undefined : addressOf(new Blob([shown === 'text/html' ? PAGE_POLICY : '', file], { type: shown }));
      setLoaded({ file: whole, name: file.name, frame, type: file.type });
    }, setFailure);
    return () => {
      isOpen = false;
      for (const address of made) URL.revokeObjectURL(address);
    };
  }, [id]);
  const href = safeHref(url);
  if (failure !== undefined) return <p role="alert">{sentenceOf(failure)}</p>;
  if (!loaded) return <Skeleton rows={4} />;
  return (
    <div class="original">
      <div class="row row--apart">
        <span class="quiet">
          {loaded.frame === undefined ? texts.originalElsewhere(typeName(loaded.type) ?? loaded.type) : texts.originalHint}
        </span>
        <a class="btn btn--sm" href={loaded.file} download={loaded.name}>
          {texts.download}
        </a>
      </div>
      {href !== undefined && (
        <p class="quiet clip">
          {texts.originalFetched}
          <a class="link" href={href} target="_blank" rel="noopener noreferrer nofollow ugc">
            {href}
          </a>
        </p>
      )}
      {loaded.frame !== undefined && <iframe class="original__frame" sandbox="" src={loaded.frame} title={texts.original} />}
    </div>
  );
}
