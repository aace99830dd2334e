// When what fails: from a seed to a list of faults, so that a run can be had again. Pure.
import { DEFAULT_KINDS, KINDS, type KindName } from './kinds.js';
import { seededRandom, type Random } from './random.js';
import type { Targets } from './targets.js';

/** One fault to come. */
export interface Fault {
  /** Seconds after the faults begin; it comes later where the mesh has not recovered from the one before. */
  at: number;
  kind: KindName;
  /** Whom it befalls: `warehouse`, `warehouse after-insert`. */
  target: string;
  /** How long it lasts. */
  seconds: number;
  /** A number of its own, for what it chooses by itself. */
  seed: number;
}

export interface ScheduleOptions {
  seed: number;
  minutes: number;
  targets: Targets;
  /** Default: all but a full disk. */
  only?: readonly KindName[];
}

/** Between the end of one fault and the begin of the next, at least and at most. */
const PAUSE_SECONDS = [2, 5] as const;

/**
 * Faults one after the other until the minutes are over. The first of them are one of each kind; then rounds follow in
 * which each kind comes as often as its weight says. A kind goes through its variants before it repeats one.
 */
export function makeSchedule({ seed, minutes, targets, only = DEFAULT_KINDS }: ScheduleOptions): Fault[] {
  const random = seededRandom(seed);
  const variants = new Map(only.map((kind) => [kind, endless(random, KINDS[kind].variants(targets))]));
  const faults: Fault[] = [];
  let at = random.int(...PAUSE_SECONDS);
  for (const kind of kindsInOrder(random, only)) {
    const { seconds: [least, most] } = KINDS[kind];
    const seconds = least + Math.round(random.fraction() * (most - least) * 10) / 10;
    if (at + seconds > minutes * 60) return faults;
    faults.push({ at, kind, target: variants.get(kind)!.next().value!, seconds, seed: random.int(0, 2 ** 31) });
    at = Math.round((at + seconds + random.int(...PAUSE_SECONDS)) * 10) / 10;
  }
  return faults;
}

function* kindsInOrder(random: Random, only: readonly KindName[]): Generator<KindName> {
  yield* random.shuffled(only);
  for (;;) yield* random.shuffled(only.flatMap((kind) => Array.from({ length: KINDS[kind].weight }, () => kind)));
}

function* endless(random: Random, list: readonly string[]): Generator<string, undefined> {
  for (;;) yield* random.shuffled(list);
}
