/** Public sets of labelled texts, and the categories of the default taxonomy that answer their labels. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface LabelledText {
  readonly label: string;
  readonly title: string | null;
  readonly text: string;
}

/**
 * A set's labels are coarser than the taxonomy's leaves, and some labels share their subject. `topics` are the subjects that its
 * labels tell apart, each with the categories that answer it: an id stands for itself and all below it, and no category
 * answers two topics of a set.
 */
export interface LabelledSet {
  readonly name: string;
  readonly topics: Readonly<Record<string, readonly string[]>>;
  /** The topic of each label. Texts of other labels are left out. */
  readonly labels: Readonly<Record<string, string>>;
  read(folder: string): LabelledText[];
}

/** The files of a folder of folders that are named after labels. */
function filesByLabel(folder: string): { label: string; content: string }[] {
  const labels = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return labels.flatMap(({ name: label }) =>
    readdirSync(join(folder, label))
      .sort()
      .map((file) => ({ label, content: readFileSync(join(folder, label, file), 'latin1') })),
  );
}

/** Posts of misc.forsale have no topic in common and are left out. */
const newsgroups: LabelledSet = {
  name: '20 newsgroups',
  topics: {
    software: ['technology.programming', 'technology.infrastructure', 'technology.artificial-intelligence', 'arts.visual'],
    hardware: ['technology.hardware'],
    security: ['technology.security'],
    transport: ['travel.transport'],
    sport: ['sport.athletics'],
    medicine: ['health'],
    space: ['science.astronomy', 'science.physics'],
    religion: ['society.religion'],
    politics: ['society.politics', 'society.law', 'society.conflict', 'society.history'],
  },
  labels: {
    'alt.atheism': 'religion',
    'comp.graphics': 'software',
    'comp.os.ms-windows.misc': 'software',
    'comp.sys.ibm.pc.hardware': 'hardware',
    'comp.sys.mac.hardware': 'hardware',
    'comp.windows.x': 'software',
    'rec.autos': 'transport',
    'rec.motorcycles': 'transport',
    'rec.sport.baseball': 'sport',
    'rec.sport.hockey': 'sport',
    'sci.crypt': 'security',
    'sci.electronics': 'hardware',
    'sci.med': 'medicine',
    'sci.space': 'space',
    'soc.religion.christian': 'religion',
    'talk.politics.guns': 'politics',
    'talk.politics.mideast': 'politics',
    'talk.politics.misc': 'politics',
    'talk.religion.misc': 'religion',
  },
  read: (folder) => filesByLabel(join(folder, 'mini_newsgroups')).map(({ label, content }) => ({ label, ...post(content) })),
};

/** Without the headers but the subject. */
function post(mail: string): Omit<LabelledText, 'label'> {
  const end = mail.search(/\n\s*\n/);
  const subject = /^Subject:(?:[ \t]*Re:)*(.*)$/im.exec(mail.slice(0, end))?.[1]?.trim();
  return { title: subject || null, text: mail.slice(end).trim() };
}

const bbc: LabelledSet = {
  name: 'BBC news',
  topics: {
    business: ['business'],
    entertainment: ['arts', 'media.journalism'],
    politics: ['society'],
    sport: ['sport.football', 'sport.athletics'],
    tech: ['technology', 'sport.games', 'media.social'],
  },
  labels: { business: 'business', entertainment: 'entertainment', politics: 'politics', sport: 'sport', tech: 'tech' },
  read: (folder) =>
    filesByLabel(join(folder, 'bbc')).map(({ label, content }) => {
      const [title = '', ...lines] = content.split('\n');
      return { label, title: title.trim(), text: lines.join('\n').trim() };
    }),
};

const agNews: LabelledSet = {
  name: 'AG news',
  topics: {
    world: ['society'],
    sport: ['sport.football', 'sport.athletics'],
    business: ['business'],
    'science and technology': ['technology', 'science', 'environment', 'sport.games', 'media.social'],
  },
  labels: { 1: 'world', 2: 'sport', 3: 'business', 4: 'science and technology' },
  read: (folder) =>
    readFileSync(join(folder, 'ag_news_csv', 'test.csv'), 'utf8')
      .split('\n')
      .flatMap((line) => {
        const [, label, title, text] = /^"(\d)","((?:[^"]|"")*)","((?:[^"]|"")*)"/.exec(line) ?? [];
        const plain = (value: string) => value.replaceAll('""', '"').replaceAll('\\', ' ');
        return label && title && text ? [{ label, title: plain(title), text: plain(text) }] : [];
      }),
};

const SOFTWARE =
  'admin database devel golang haskell httpd java javascript kernel lisp mail net ocaml perl php python ruby rust vcs web';

/** Descriptions of packages. Sections of data, documents, desktops and old packages have no topic. */
const debian: LabelledSet = {
  name: 'Debian sections',
  topics: {
    software: [
      'technology.programming',
      'technology.infrastructure',
      'technology.security',
      'technology.artificial-intelligence',
    ],
    hardware: ['technology.hardware'],
    games: ['sport.games'],
    science: ['science'],
    graphics: ['arts.visual', 'arts.architecture'],
    sound: ['arts.music'],
    video: ['arts.film'],
  },
  labels: {
    ...Object.fromEntries(SOFTWARE.split(' ').map((section) => [section, 'software'])),
    electronics: 'hardware',
    hamradio: 'hardware',
    games: 'games',
    math: 'science',
    science: 'science',
    graphics: 'graphics',
    sound: 'sound',
    video: 'video',
  },
  read: (folder) => {
    const long = descriptions(folder);
    return readFileSync(join(folder, 'debian-packages'), 'utf8')
      .split('\n\n')
      .flatMap((entry) => {
        const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(entry)?.[1];
        const [name, label, short, key] = [field('Package'), field('Section'), field('Description'), field('Description-md5')];
        return name && label && short ? [{ label, title: name, text: long.get(key ?? '') ?? short }] : [];
      });
  },
};

/** By the digest of the description. Empty where only short descriptions are to be had. */
function descriptions(folder: string): Map<string, string> {
  const file = readdirSync(folder).find((name) => name === 'debian-translation-en');
  const entries = file ? readFileSync(join(folder, file), 'utf8').split('\n\n') : [];
  return new Map(
    entries.flatMap((entry) => {
      const [head = '', text] = entry.split('\nDescription-en: ');
      const key = /^Description-md5: (\w+)$/m.exec(head)?.[1];
      return key && text ? [[key, text.replaceAll(/\n \.?/g, '\n')] as const] : [];
    }),
  );
}

export const SETS = [newsgroups, bbc, agNews, debian];

/** At most `most` texts of 20 characters or more: as many of each label, spread evenly over its files. */
export function sample(set: LabelledSet, folder: string, most: number): (LabelledText & { topic: string })[] {
  const named = set.read(folder).flatMap((one) => {
    const topic = Object.hasOwn(set.labels, one.label) ? set.labels[one.label] : undefined;
    return topic !== undefined && one.text.length >= 20 ? [{ ...one, topic }] : [];
  });
  const byLabel = [...Map.groupBy(named, ({ label }) => label).values()];
  const share = Math.floor(most / byLabel.length);
  return byLabel.flatMap((texts) => {
    const step = Math.max(1, texts.length / share);
    return texts.filter((_, index) => Math.floor(index / step) < share && index === Math.ceil(Math.floor(index / step) * step));
  });
}
