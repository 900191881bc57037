/**
 * Checks of JSON from strangers, before any schema sees it. The text is scanned once without recursion, so that neither a deep
 * nor a wide value is ever built; the strings of the value are checked afterwards. A schema may then recurse over the value.
 */
import { JSON_BOUNDS, MAX_ERROR_PATH } from './bounds.ts';
import { AppError, type FieldError } from './errors.ts';
import { decodeJson, explainJsonError, parseJson } from './json.ts';

/** What a string may not hold: PostgreSQL stores neither, and UTF-8 has no form for the second. */
export function textFault(text: string): string | undefined {
  if (text.includes('\0')) return 'must not contain NUL characters';
  if (!text.isWellFormed()) return 'must be well-formed Unicode: half of a surrogate pair is alone';
  return undefined;
}

/** The path of an error: dotted, without characters that could not be sent back, and of bounded length. */
export function errorPath(parts: readonly PropertyKey[]): string {
  const path = parts.map(String).join('.').toWellFormed();
  return path.length <= MAX_ERROR_PATH ? path : `${path.slice(0, MAX_ERROR_PATH).toWellFormed()}…`;
}

interface Frame {
  readonly isObject: boolean;
  /** Where the text of the current member's name begins and ends; for a list, unused. */
  nameStart: number;
  nameEnd: number;
  /** Commas seen, so the index of the current element. */
  index: number;
  /** Whether the next string is a member's name. */
  awaitsName: boolean;
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const MINUS = 0x2d;
const ZERO = 0x30;
const NINE = 0x39;
const OPEN_LIST = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/** A fault of a JSON text; its path is built where it is asked for. */
export interface JsonTextFault {
  readonly message: string;
  readonly path: () => PropertyKey[];
}

/**
 * Reports what is wrong with a JSON text: nesting, width, the length of a name, or a number that would come back as another
 * one. Scans on while `report` returns true. A text that is not JSON may have no fault; the parser refuses it.
 */
export function scanJson(text: string, report: (fault: JsonTextFault) => boolean): void {
  const frames: Frame[] = [];
  /** Levels below the deepest frame. */
  let below = 0;
  let values = 0;
  const refuse = (message: string, depth = frames.length): boolean =>
    report({ message, path: () => frames.slice(0, depth).map((frame) => partOf(frame, text)) });

  /** False ends the scan. */
  function open(isObject: boolean, at: number): boolean {
    if (frames.length < JSON_BOUNDS.depth) {
      frames.push({ isObject, nameStart: at, nameEnd: at, index: 0, awaitsName: isObject });
      return true;
    }
    below += 1;
    return below > 1 || refuse(`must not be nested more than ${JSON_BOUNDS.depth} levels deep`);
  }

  function name(frame: Frame, start: number, end: number): boolean {
    frame.nameStart = start;
    frame.nameEnd = end;
    frame.awaitsName = false;
    return end - start - 2 <= JSON_BOUNDS.name || refuse(`has a name of more than ${JSON_BOUNDS.name} characters`);
  }

  function comma(frame: Frame): boolean {
    frame.index += 1;
    frame.awaitsName = frame.isObject;
    const [most, what] = frame.isObject ? [JSON_BOUNDS.members, 'members'] : [JSON_BOUNDS.elements, 'elements'];
    return frame.index !== most || refuse(`must not have more than ${most} ${what}`, frames.length - 1);
  }

  for (let at = 0; at < text.length; ) {
    const code = text.charCodeAt(at);
    const frame = below === 0 ? frames.at(-1) : undefined;
    let goOn = true;
    let next = at + 1;
    if (code === QUOTE) {
      next = endOfString(text, at);
      if (frame?.awaitsName) goOn = name(frame, at, next);
    } else if (code === OPEN_OBJECT || code === OPEN_LIST) goOn = open(code === OPEN_OBJECT, at);
    else if (code === CLOSE_OBJECT || code === CLOSE_LIST) {
      if (below > 0) below -= 1;
      else frames.pop();
    } else if (code === COMMA) {
      values += 1;
      if (values >= JSON_BOUNDS.values) {
        refuse(`must not hold more than ${JSON_BOUNDS.values} values`, 0);
        return;
      }
      if (frame) goOn = comma(frame);
    } else if (code === MINUS || (code >= ZERO && code <= NINE)) {
      NUMBER.lastIndex = at;
      const [literal = ''] = NUMBER.exec(text) ?? [];
      next = at + Math.max(1, literal.length);
      goOn = isHeld(literal) || refuse('is a number that JSON cannot hold exactly; send it as text');
    }
    if (!goOn) return;
    at = next;
  }
}

/**
 * The value of a JSON text, or of the bytes of one, from a stranger. Throws `malformed_body` for another text, and `invalid_input` for a value that is
 * too deep or too wide, or that holds text or numbers which cannot be stored. `target` stands for the path of the value itself.
 */
export function parseStrangersJson(given: string | Uint8Array, target = 'json'): unknown {
  const text = typeof given === 'string' ? given : decoded(given);
  let found: FieldError | undefined;
  scanJson(text, ({ path, message }) => {
    found = { path: errorPath(path()), message };
    return false;
  });
  if (found) throw invalidField(found, target);
  const value = parseJson(text, malformedJson);
  const fault = jsonValueFault(value);
  if (fault) throw invalidField(fault, target);
  return value;
}

export const malformedJson = (cause: unknown) => new AppError('malformed_body', explainJsonError(cause), { cause });

function decoded(bytes: Uint8Array): string {
  try {
    return decodeJson(bytes);
  } catch (cause) {
    throw malformedJson(cause);
  }
}

/** The `invalid_input` error of one field. */
export function invalidField({ path, message }: FieldError, target: string): AppError {
  const error = { path: path || target, message };
  return new AppError('invalid_input', `${error.path}: ${message}`, { errors: [error] });
}

/** The first string or name in `value` that is not storable text, or a name that objects reserve. `value` must not be deep. */
export function jsonValueFault(value: unknown): FieldError | undefined {
  const path: PropertyKey[] = [];
  const fault = (message: string): FieldError => ({ path: errorPath(path), message });

  function visit(value: unknown): FieldError | undefined {
    if (typeof value === 'string') {
      const wrong = textFault(value);
      return wrong === undefined ? undefined : fault(wrong);
    }
    if (typeof value !== 'object' || value === null) return undefined;
    const isList = Array.isArray(value);
    for (const name of Object.keys(value)) {
      path.push(name);
      const found = (isList ? undefined : nameFault(name)) ?? visit((value as Record<string, unknown>)[name]);
      if (found) return found;
      path.pop();
    }
    return undefined;
  }

  function nameFault(name: string): FieldError | undefined {
    // Copying an object drops a member of this name, or makes it the object's prototype.
    const wrong = name === '__proto__' ? 'is a reserved name' : textFault(name);
    return wrong === undefined ? undefined : fault(wrong);
  }

  return visit(value);
}

/** Whether a double holds the number exactly: not an integer with too many digits, and not a number out of its range. */
function isHeld(literal: string): boolean {
  const value = Number(literal);
  if (Number.isNaN(value)) return true;
  if (!Number.isFinite(value)) return false;
  if (/^-?\d+$/.test(literal)) return Number.isSafeInteger(value) || String(value) === literal;
  return value !== 0 || !/[1-9]/.test(literal.split(/e/i)[0] ?? '');
}

const NUMBER = /-?\d+(?:\.\d*)?(?:[eE][+-]?\d+)?/y;

/** The position behind the closing quote of the string that begins at `start`; the end of the text if there is none. */
function endOfString(text: string, start: number): number {
  for (let quote = text.indexOf('"', start + 1); quote !== -1; quote = text.indexOf('"', quote + 1)) {
    let backslashes = 0;
    while (text.charCodeAt(quote - 1 - backslashes) === BACKSLASH) backslashes += 1;
    if (backslashes % 2 === 0) return quote + 1;
  }
  return text.length;
}

function partOf({ isObject, nameStart, nameEnd, index }: Frame, text: string): PropertyKey {
  if (!isObject) return index;
  const raw = text.slice(nameStart, nameEnd);
  try {
    return String(JSON.parse(raw));
  } catch {
    return '?';
  }
}
