/** The same search by curl, TypeScript, Python and the command line, with the address of this server. */
import { useState } from 'preact/hooks';
import { CodeBlock } from '../../parts/copy.tsx';
import { Tabs } from '../../parts/tabs.tsx';
import { connect } from '../../texts.ts';

const { code: texts } = connect;

const EXAMPLES = {
  curl: (url: string, question: string) => `curl -G ${url}/search \\
  -H "Authorization: Bearer $PHAROS_API_KEY" \\
  --data-urlencode "q=${question}" \\
  -d limit=3`,
  TypeScript: (url: string, question: string) => `import { createClient } from "@pharos/client";

const pharos = createClient({ url: "${url}", apiKey: process.env.PHAROS_API_KEY });
const { hits } = await pharos.search("${question}", { limit: 3 });

for (const hit of hits) console.log(hit.score, hit.title, hit.passages[0]?.text);`,
  Python: (url: string, question: string) => `import os, httpx

r = httpx.get(
    "${url}/search",
    params={"q": "${question}", "limit": 3},
    headers={"Authorization": f"Bearer {os.environ['PHAROS_API_KEY']}"},
)
for hit in r.json()["hits"]:
    print(hit["score"], hit["title"])`,
  'Command line': (url: string, question: string) => `export PHAROS_URL=${url}
pharos login --browser
pharos search "${question}" --limit 3`,
};

export function CodeExamples({ url }: { url: string }) {
  const [current, setCurrent] = useState('curl');
  const tabs = Object.entries(EXAMPLES).map(([id, example]) => ({
    id,
    label: id,
    panel: () => <CodeBlock code={example(url, texts.question)} label={texts.example} />,
  }));
  return (
    <div class="codes">
      <Tabs label={texts.label} tabs={tabs} current={current} onChange={setCurrent} />
    </div>
  );
}
