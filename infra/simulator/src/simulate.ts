// The stream of requests about the shop's people: seeded, lazy, and of exactly as many events as asked for.
import { Lane } from './lane.js';
import { importRequest } from './ndjson-import.js';
import { createPerson, type Person } from './person.js';
import { Random } from './random.js';
import type { NativeRequest } from './request.js';

export interface SimulatorOptions {
  /** Any whole number from 0; the same seed, events and people give the same requests but for their times. */
  seed: number;
  /** Native events in total, resends and bad ones included. */
  events: number;
  /** Default: one for each 30 events, at least 4; at most a million. */
  people?: number;
  /** Milliseconds since the epoch; read when a request is taken. Default: Date.now */
  now?: () => number;
}

const LANES = 16;
const SMALLEST_LANE = 4;
const IMPORTED_PEOPLE = 8;
/** Shorter runs have no import, which would be most of them. */
const EVENTS_FOR_AN_IMPORT = 500;
const EVENTS_PER_PERSON = 30;
/** Streams of random numbers below it belong to people, those from it on to lanes. */
const FIRST_LANE_STREAM = 0x8000_0000;

/**
 * Makes the requests one at a time, when they are asked for. A request's times are those of `now` at that moment: send it
 * at once for live data. Throws a RangeError on options that cannot be met.
 */
export function* simulate(options: SimulatorOptions): Generator<NativeRequest> {
  const { seed, events, now = Date.now } = options;
  const count = options.people ?? Math.max(SMALLEST_LANE, Math.round(events / EVENTS_PER_PERSON));
  check('seed', seed, 0, Number.MAX_SAFE_INTEGER);
  check('events', events, 0, Number.MAX_SAFE_INTEGER);
  check('people', count, 1, 1_000_000);
  const people = Array.from({ length: count }, (_, index) => createPerson(seed, index));
  const lanes = assignLanes(seed, people);
  const random = new Random(seed, FIRST_LANE_STREAM + lanes.length);
  let left = events;
  const imported = events < EVENTS_FOR_AN_IMPORT ? [] : people.filter(({ index, kind }) => index % lanes.length === 0 && kind !== 'window' && kind !== 'bot').slice(0, IMPORTED_PEOPLE);
  if (imported.length > 0) {
    const request = importRequest(imported, 0, now());
    left -= request.events;
    yield request;
  }
  while (left > 0) {
    const request = random.pick(lanes).next(left, now());
    left -= request.events;
    yield request;
  }
}

function assignLanes(seed: number, people: readonly Person[]): Lane[] {
  const length = Math.min(LANES, Math.ceil(people.length / SMALLEST_LANE));
  return Array.from({ length }, (_, number) => {
    const own = people.filter(({ index }) => index % length === number);
    return new Lane(number, own, new Random(seed, FIRST_LANE_STREAM + number));
  });
}

function check(name: string, value: number, least: number, most: number): void {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return;
  throw new RangeError(`The simulator's ${name} must be a whole number from ${least} to ${most}, not ${value}. Choose another one.`);
}
