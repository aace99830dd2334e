// `sequence`: activities that follow one another within a time, without others in between, or for a time after them.
import { z } from 'zod';
import type { Path } from '../../definitions/source.js';
import { parseDuration } from '../../definitions/windows.js';
import { momentsWindow } from '../moments.js';
import { chainCondition, durationText, MAX_LINKS, type Link } from './chain.js';
import { conditionOperator, type NodeReader } from './operator.js';

const STEP = z.looseObject({ within: z.string().optional(), for: z.string().optional() });
type Step = z.infer<typeof STEP>;

export const DEFAULT_WINDOW = '30d';
const SECOND = 1_000;
const LONGEST = 400 * 86_400_000;

/** Milliseconds of a length of time that stands at `at`; undefined where it is none or not in the range, which is reported. */
function readDuration(text: string, at: Path, isInRange: (ms: number) => boolean, range: string, reader: Pick<NodeReader, 'report'>): number | undefined {
  const ms = parseDuration(text);
  if (ms !== undefined && isInRange(ms)) return ms;
  reader.report(at, `"${String(at.at(-1))}" is "${text}": write a length of time (such as 90s, 15m, 2h or 1d) ${range}`);
  return undefined;
}

/** A sequence's or an absence's window in ms. */
export function readWindow(text: string, at: Path, reader: Pick<NodeReader, 'report'>): number | undefined {
  return readDuration(text, at, (ms) => ms >= 60 * SECOND && ms <= LONGEST, 'from 1m to 400d', reader);
}

/** Most ms between two steps. */
function readWithin(text: string, at: Path, windowMs: number, reader: Pick<NodeReader, 'report'>): number | undefined {
  return readDuration(text, at, (ms) => ms >= SECOND && ms <= windowMs, `from 1s to the window's ${durationText(windowMs)}`, reader);
}

/** How long something is absent, in ms. Less than the window: what it is absent after must be in it all the while. */
export function readAbsence(text: string, at: Path, windowMs: number, reader: Pick<NodeReader, 'report'>): number | undefined {
  return readDuration(text, at, (ms) => ms >= SECOND && ms < windowMs, `of at least 1s, and less than the window's ${durationText(windowMs)}`, reader);
}

/** A link over the activities that `over` names. */
export function readLink(over: unknown, at: Path, windowMs: number, link: Pick<Link, 'excluded' | 'within'>, reader: NodeReader): Link | undefined {
  const filter = reader.filter(over, at);
  if (!filter) return undefined;
  const { types, product, where } = over as { types?: string[]; product?: string; where?: object };
  const words = [types?.join(' or ') ?? 'anything', ...(product === undefined ? [] : [`of ${product}`]), ...(where ? [`where ${JSON.stringify(where)}`] : [])].join(' ');
  return { ...link, words, moments: reader.moments(filter, momentsWindow(windowMs)) };
}

/** What is wrong with the order of the steps, each with its position. */
function orderProblems(steps: readonly Step[]): { position: number; problem: string }[] {
  const isNot = (position: number) => steps[position] !== undefined && 'not' in steps[position];
  return [...steps.entries()].flatMap(([position, step]) => {
    const tell = (holds: boolean, problem: string) => (holds ? [{ position, problem }] : []);
    const last = position === steps.length - 1;
    return [
      ...tell(position === 0 && isNot(0), 'a sequence begins with what happens: put a step before the "not"'),
      ...tell(position > 0 && isNot(position) && isNot(position - 1), 'two "not" in a row: name the types of both in one "not"'),
      ...tell(position === 0 && step.within !== undefined, '"within" is the time since the step before, and this is the first: remove it'),
      ...tell(isNot(position) && step.within !== undefined, '"within" belongs to a step, not to a "not": move it to the next step, or write "for" at the end'),
      ...tell(!isNot(position) && step.for !== undefined, '"for" belongs to the "not" at the end: write "within" for the time since the step before'),
      ...tell(isNot(position) && !last && step.for !== undefined, 'between two steps a "not" has no "for": say "within" in the next step'),
      ...tell(isNot(position) && last && step.for === undefined, 'the "not" at the end needs "for", such as for: 2h'),
    ];
  });
}

export const sequence = conditionOperator<{ sequence: Step[]; window: string }>({
  schema: z.strictObject({ sequence: z.array(STEP), window: z.string().default(DEFAULT_WINDOW) }),
  compile({ sequence: steps, window }, at, reader) {
    const within = [...at, 'sequence'];
    if (steps.length < 2 || steps.length > MAX_LINKS) {
      reader.report(within, `a sequence has 2 to ${MAX_LINKS} steps, this one ${steps.length}: ${steps.length < 2 ? 'say what comes after, or count with a trait' : 'leave out what does not matter'}`);
      return undefined;
    }
    const windowMs = readWindow(window, [...at, 'window'], reader);
    const problems = orderProblems(steps);
    for (const { position, problem } of problems) reader.report([...within, position], problem);
    if (windowMs === undefined || problems.length > 0) return undefined;
    const links = steps.map((step, position) => readStep(step, [...within, position], windowMs, reader));
    const last = steps.at(-1)!;
    const forMs = last.for === undefined ? 0 : readAbsence(last.for, [...within, steps.length - 1, 'for'], windowMs, reader);
    const good = links.filter((link) => link !== undefined);
    return good.length < links.length || forMs === undefined ? undefined : chainCondition({ links: good, forMs, windowMs }, reader);
  },
});

function readStep(step: Step, at: Path, windowMs: number, reader: NodeReader): Link | undefined {
  const { within, for: _for, ...rest } = step;
  if ('not' in rest) {
    const { not, ...others } = rest;
    for (const key of Object.keys(others)) reader.report([...at, key], `there is no "${key}" here: remove it, or put it into the "not"`);
    return readLink(not, [...at, 'not'], windowMs, { excluded: true, within: Infinity }, reader);
  }
  const most = within === undefined ? Infinity : readWithin(within, [...at, 'within'], windowMs, reader);
  const link = readLink(rest, at, windowMs, { excluded: false, within: most ?? Infinity }, reader);
  return most === undefined ? undefined : link;
}
