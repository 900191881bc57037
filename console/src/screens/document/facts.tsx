/** What is known about a document beside its text. */
import type { ComponentChildren } from 'preact';
import type { Resource } from '../../../../clients/typescript/src/index.ts';
import { documentTexts } from '../../texts/document.ts';
import { dayOf, typeName } from '../../texts/names.ts';
import { safeHref } from './safe-href.ts';

const texts = documentTexts.facts;
const OWN_FIELDS = 30;

export function Facts({ resource, children }: { resource: Resource; children: ComponentChildren }) {
  const { filename, url, authors, published_at: published, doi, arxiv_id: arxiv, metadata } = resource;
  const source = filename !== undefined ? texts.from.file : url !== undefined ? texts.from.url : texts.from.text;
  const own = Object.entries(metadata).slice(0, OWN_FIELDS);
  const href = safeHref(url);
  return (
    <section>
      <h2>{texts.title}</h2>
      <dl class="facts">
        <Fact name={texts.added}>{`${dayOf(resource.created_at)}, ${source}`}</Fact>
        {filename !== undefined && <Fact name={texts.file}>{filename}</Fact>}
        {url !== undefined && (
          <Fact name={texts.address}>
            {href === undefined ? (
              url
            ) : (
              <a class="link" href={href} target="_blank" rel="noopener noreferrer nofollow ugc">
                {url}
              </a>
            )}
          </Fact>
        )}
        {authors.length > 0 && <Fact name={texts.authors}>{authors.join(', ')}</Fact>}
        {published !== undefined && <Fact name={texts.published}>{published}</Fact>}
        {resource.content_type !== undefined && <Fact name={texts.type}>{typeName(resource.content_type)}</Fact>}
        {doi !== undefined && <Fact name="DOI">{doi}</Fact>}
        {arxiv !== undefined && <Fact name="arXiv">{arxiv}</Fact>}
        {own.map(([name, value]) => (
          <Fact key={name} name={name}>
            {typeof value === 'object' ? JSON.stringify(value) : String(value)}
          </Fact>
        ))}
      </dl>
      {children}
    </section>
  );
}

function Fact({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <>
      <dt class="clip" title={name}>
        {name}
      </dt>
      <dd class="clip" title={typeof children === 'string' ? children : undefined} dir="auto">
        {children}
      </dd>
    </>
  );
}
