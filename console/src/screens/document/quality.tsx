/** The quality of a document as a sentence, then its parts with their reasons. */
import type { Resource } from '../../../../clients/typescript/src/index.ts';
import { Bar } from '../../parts/bar.tsx';
import { documentTexts } from '../../texts/document.ts';
import { sentence } from '../../texts/sentence.ts';

const texts = documentTexts.quality;
const ORDER = ['completeness', 'credibility', 'depth', 'structure', 'readability', 'freshness'] as const;

export function Quality({ quality }: { quality: NonNullable<Resource['quality']> }) {
  const { total, dimensions } = quality;
  const measured = ORDER.flatMap((name) => {
    const score = dimensions[name]?.score;
    return score === undefined ? [] : [{ name, score }];
  }).sort((a, b) => b.score - a.score);
  const [best, worst] = [measured[0], measured.at(-1)];
  const nameOf = (name: (typeof ORDER)[number]) => texts.names[name].toLowerCase();
  return (
    <section>
      <h2>{texts.title}</h2>
      <p class="soft">
        <strong class="ink">{texts.summary(texts.grade(total), Math.round(total * 100))}</strong>{' '}
        {best && worst && best.score > worst.score && texts.strongest(nameOf(best.name), nameOf(worst.name))}
      </p>
      <ul class="quality">
        {ORDER.map((name) => {
          const { score, reasons = [] } = dimensions[name] ?? {};
          return (
            <li key={name}>
              <span>{texts.names[name]}</span>
              {score === undefined ? (
                <span class="quiet">{texts.notMeasured}</span>
              ) : (
                <Bar value={score} label={texts.names[name]} />
              )}
              <p>{reasons.map(sentence).join(' ')}</p>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
