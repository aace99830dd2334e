// The stream of requests about the shop's people: seeded, lazy, and of exactly as many events as asked for.
import { MODELS, createCatalogue, type Catalogue } from './catalogue.js';
import { Crowd } from './crowd.js';
import { Lane } from './lane.js';
import { importRequest } from './ndjson-import.js';
import type { Person } from './person.js';
import { Random } from './random.js';
import type { NativeRequest } from './request.js';
import { WeightedDraw } from './weighted-draw.js';

export interface SimulatorOptions {
  /** Any whole number from 0; the same seed and the same further options give the same requests but for their times. */
  seed: number;
  /** Native events in total, resends and bad ones included. */
  events: number;
  /** Default: one for each 30 events, at least 4; at most a million. */
  people?: number;
  /**
   * Who comes how often: exponent of Zipf's law over visits, 0 to 2; 0 lets all come equally often. Default: 0.8, the middle of what was
   * found for requests on the web, 0.60 to 1.03: https://arxiv.org/abs/cs/0404010
   */
  peopleExponent?: number;
  /**
   * Everybody visits once before anybody is drawn by the law: from then on, nobody is new. Otherwise who is new comes as drawn.
   * Default: true
   */
  everybodyFirst?: boolean;
  /** Products of the shop, 17 to 100,000. Default: 1,000 */
  products?: number;
  /**
   * What is looked at how often: exponent of Zipf's law over the products that a person looks for, 0 to 2. Default: 1, found for
   * documents of the web as users ask for them: S. Glassman, A Caching Relay for the World Wide Web, 1994
   */
  productExponent?: number;
  /** Groups of people whose requests keep an order; fewer where there are fewer than 4 people for each. Default: 16 */
  lanes?: number;
  /** Milliseconds since the epoch; read when a request is taken. Default: Date.now */
  now?: () => number;
}

const LANES = 16;
const PRODUCTS = 1_000;
/** Exponents of Zipf's law; their sources stand at the options. */
const PEOPLE_EXPONENT = 0.8;
const PRODUCT_EXPONENT = 1;
const SMALLEST_LANE = 4;
const IMPORTED_PEOPLE = 8;
/** Shorter runs have no import, which would be most of them. */
const EVENTS_FOR_AN_IMPORT = 500;
const EVENTS_PER_PERSON = 30;
const STEEPEST = 2;
/** Streams of random numbers below it belong to people, those from it on to lanes. */
const FIRST_LANE_STREAM = 0x8000_0000;

/**
 * Makes the requests one at a time, when they are asked for. A request's times are those of `now` at that moment: send it
 * at once for live data. Throws a RangeError on options that cannot be met.
 */
export function* simulate(options: SimulatorOptions): Generator<NativeRequest> {
  const { seed, events, now = Date.now } = options;
  check('seed', seed, 0, Number.MAX_SAFE_INTEGER);
  check('events', events, 0, Number.MAX_SAFE_INTEGER);
  const crowds = assignCrowds(options);
  const catalogue = createCatalogueOf(options);
  const lanes = crowds.map((crowd, number) => new Lane(number, crowd, catalogue, new Random(seed, FIRST_LANE_STREAM + number)));
  const nextLane = drawLanes(crowds, new Random(seed, FIRST_LANE_STREAM + lanes.length));
  let left = events;
  const imported = events < EVENTS_FOR_AN_IMPORT ? [] : knownPeople(crowds[0]!);
  if (imported.length > 0) {
    const request = importRequest(imported, 0, now());
    left -= request.events;
    yield request;
  }
  while (left > 0) {
    const request = lanes[nextLane()]!.next(left, now());
    left -= request.events;
    yield request;
  }
}

/** Draws lanes: those that still have newcomers alike, so that all have come at about the same time, and then each by how often its people come. */
function drawLanes(crowds: readonly Crowd[], random: Random): () => number {
  const visits = new WeightedDraw(crowds.map(({ weight }) => weight));
  let withNewcomers = [...crowds.keys()];
  return () => {
    withNewcomers = withNewcomers.filter((number) => crowds[number]!.newcomers > 0);
    return withNewcomers.length > 0 ? random.pick(withNewcomers) : visits.draw(random);
  };
}

function assignCrowds({ seed, events, ...options }: SimulatorOptions): Crowd[] {
  const { people = Math.max(SMALLEST_LANE, Math.round(events / EVENTS_PER_PERSON)), peopleExponent: exponent = PEOPLE_EXPONENT, everybodyFirst = true, lanes = LANES } = options;
  check('people', people, 1, 1_000_000);
  check('lanes', lanes, 1, 10_000);
  checkExponent('peopleExponent', exponent);
  const length = Math.min(lanes, Math.ceil(people / SMALLEST_LANE));
  return Array.from({ length }, (_, number) => {
    const size = Math.ceil((people - number) / length);
    return new Crowd({ seed, exponent, everybodyFirst, indexes: Array.from({ length: size }, (_, place) => number + place * length) });
  });
}

function createCatalogueOf({ products = PRODUCTS, productExponent: exponent = PRODUCT_EXPONENT }: SimulatorOptions): Catalogue {
  check('products', products, MODELS, 100_000);
  checkExponent('productExponent', exponent);
  return createCatalogue(products, exponent);
}

/** The first of a crowd that a CRM team could know. */
function knownPeople(crowd: Crowd): Person[] {
  const known: Person[] = [];
  for (let place = 0; place < crowd.size && known.length < IMPORTED_PEOPLE; place++) {
    const person = crowd.at(place);
    if (person.kind !== 'window' && person.kind !== 'bot') known.push(person);
  }
  return known;
}

function check(name: string, value: number, least: number, most: number): void {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return;
  throw new RangeError(`The simulator's ${name} must be a whole number from ${least} to ${most}, not ${value}. Choose another one.`);
}

function checkExponent(name: string, value: number): void {
  if (value >= 0 && value <= STEEPEST) return;
  throw new RangeError(`The simulator's ${name} must be a number from 0 to ${STEEPEST}, not ${value}. Choose another one.`);
}
