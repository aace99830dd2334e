// A steady load of native payloads of all domains, with known totals, until it is told to end.
import { replay, type Totals } from '@tideway/simulator';
import type { Arena } from '../arena.js';
import { DOMAINS } from '../domains/index.js';
import { seededRandom } from '../random.js';
import type { Ledger } from './ledger.js';
import { mix } from './mix.js';

export interface Load {
  /** Takes no further request, and resolves with the totals once every one is answered. */
  end(): Promise<Totals>;
  /** Rejects where the load fails before its end. */
  failed: Promise<never>;
  /** Native events that were answered so far. */
  answered(): number;
  /** From now on so many events a second; without, as many as at the begin. */
  pace(eventsPerSecond?: number): void;
}

const EVENTS_PER_PERSON = 60;
const LEAST_PEOPLE = 300;

/** Begins at once. Events wait while a service is away, each person's in order, and are sent again until they are answered. */
export function startLoad({ load: targets }: Arena, ledger: Ledger, options: { seed: number; eventsPerSecond: number; seconds: number }): Load {
  const { seed, eventsPerSecond, seconds } = options;
  const people = Math.max(LEAST_PEOPLE, Math.round((eventsPerSecond * seconds) / EVENTS_PER_PERSON));
  const streams = Object.values(DOMAINS).flatMap(({ load }, i) => (load ? [{ share: load.share, requests: load.requests({ seed, people, random: seededRandom(seed + i) }) }] : []));
  let ending = false;
  let pace = eventsPerSecond;
  let answered = 0;
  function* requests() {
    for (const request of mix(streams)) {
      if (ending) return;
      ledger.taken(request);
      yield request;
    }
  }
  const totals = replay(requests(), targets, {
    eventsPerSecond: () => pace,
    onAnswer: (request, answer) => {
      answered += request.events;
      ledger.answered(request, answer);
    },
  });
  const failed = totals.then(() => new Promise<never>(() => undefined));
  // Whoever waits for it reports it.
  failed.catch(() => undefined);
  return {
    end: () => {
      ending = true;
      return totals;
    },
    failed,
    answered: () => answered,
    pace: (wanted = eventsPerSecond) => void (pace = wanted),
  };
}
