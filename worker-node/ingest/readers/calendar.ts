/** Reads calendars (iCalendar, RFC 5545) and address cards (vCard, RFC 6350): an event or a person is a section. */
import { createSectionBuilder, EMPTY_METADATA, type ParsedDocument } from '../document.ts';
import { list, prose } from './blocks.ts';
import { decodeInput } from './decode-input.ts';
import { removeControlCharacters, singleLine } from './normalise.ts';
import type { Reader } from './reader.ts';

export const read: Reader = (input) => readCalendar(decodeInput(input));

/** What is shown, and what it is called. Other properties are for programs. */
const LABELS: Readonly<Record<string, string>> = {
  DTSTART: 'Start',
  DTEND: 'End',
  DUE: 'Due',
  LOCATION: 'Location',
  ORGANIZER: 'Organizer',
  ATTENDEE: 'Attendee',
  CATEGORIES: 'Categories',
  STATUS: 'Status',
  RRULE: 'Repeats',
  URL: 'URL',
  COMMENT: 'Comment',
  CONTACT: 'Contact',
  ORG: 'Organization',
  TITLE: 'Title',
  ROLE: 'Role',
  EMAIL: 'E-mail',
  TEL: 'Telephone',
  ADR: 'Address',
  BDAY: 'Birthday',
  NICKNAME: 'Nickname',
};
/** Running text. */
const TEXTS = new Set(['DESCRIPTION', 'NOTE']);
const HEADINGS = new Set(['SUMMARY', 'FN']);
const COMPONENTS: Readonly<Record<string, string>> = { VEVENT: 'Event', VTODO: 'Task', VJOURNAL: 'Note', VCARD: 'Contact' };
const LINE = /^(?:[\w-]{1,50}\.)?([A-Za-z-]{1,60})((?:;(?:[^":;]|"[^"]{0,500}")+)*):(.*)$/;

interface Component {
  readonly kind: string;
  heading: string | null;
  readonly fields: string[];
  readonly texts: string[];
}

export function readCalendar(source: string): ParsedDocument {
  const sections = createSectionBuilder();
  let title: string | null = null;
  const headings = new Set<string | null>();
  let component: Component | null = null;
  // A line that begins with a space continues the one before.
  const lines = removeControlCharacters(source)
    .replace(/\r\n?/g, '\n')
    .replace(/\n[ \t]/g, '')
    .split('\n');
  for (const line of lines) {
    const match = LINE.exec(line);
    if (!match) continue;
    const [, name = '', parameters = '', raw = ''] = match;
    const property = name.toUpperCase();
    const value = unescapeText(raw);
    if (property === 'X-WR-CALNAME') title = value;
    else if (property === 'BEGIN') {
      const kind = raw.trim().toUpperCase();
      if (kind in COMPONENTS) component = { kind, heading: null, fields: [], texts: [] };
    } else if (property === 'END') {
      if (component && raw.trim().toUpperCase() === component.kind) {
        headings.add(component.heading);
        sections.heading(1, prose(component.heading ?? COMPONENTS[component.kind] ?? ''));
        sections.paragraph(list(component.fields));
        for (const text of component.texts) for (const block of text.split(/\n\s*\n/)) sections.paragraph(prose(block));
        component = null;
      }
    } else if (component && value.trim() !== '') {
      if (HEADINGS.has(property)) component.heading = value;
      else if (TEXTS.has(property)) component.texts.push(value);
      else if (property in LABELS) component.fields.push(`${LABELS[property]}: ${shown(property, value, parameters)}`);
    }
  }
  // A file of one event, of one that repeats, or of one person has its name.
  const [only = null] = headings.size === 1 ? headings : [];
  return { sections: sections.finish(), metadata: { ...EMPTY_METADATA, title: title ?? singleLine(only) } };
}

function shown(property: string, value: string, parameters: string): string {
  if (property === 'ORGANIZER' || property === 'ATTENDEE') {
    const name = /;CN=(?:"([^"]{1,200})"|([^";:]{1,200}))/i.exec(parameters);
    const address = value.replace(/^mailto:/i, '');
    return name ? `${name[1] ?? name[2]} (${address})` : address;
  }
  const moment = /^(\d{4})(\d{2})(\d{2})(?:T(\d{2})(\d{2})\d{2}(Z?))?$/.exec(value);
  if (moment) {
    const [, year, month, day, hour, minute, zulu] = moment;
    const zone = zulu === 'Z' ? ' UTC' : (/;TZID=([^;:"]{1,100})/i.exec(parameters)?.[1] ?? '').replace(/^(?=.)/, ' ');
    return `${year}-${month}-${day}${hour === undefined ? '' : ` ${hour}:${minute}${zone}`}`;
  }
  return property === 'ADR' || property === 'ORG'
    ? value
        .split(';')
        .map((part) => part.trim())
        .filter(Boolean)
        .join(', ')
    : value;
}

const unescapeText = (value: string) =>
  value.replace(/\\([nN,;\\])/g, (_, escaped: string) => (/n/i.test(escaped) ? '\n' : escaped));
