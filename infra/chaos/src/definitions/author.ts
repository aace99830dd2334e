// Somebody who writes segments, raises their versions and removes them, over the API and one change after the other, for as
// long as faults go on. A change is asked for again until it is answered.
import { setTimeout as sleep } from 'node:timers/promises';
import { SegmentsRefusal, askSegments, type SegmentsTarget } from '@tideway/mesh';
import { errorText } from '@tideway/service';
import type { Arena } from '../arena.js';
import { AgainAndAgain } from '../people/again-and-again.js';
import type { Random } from '../random.js';
import { nextChange, textOf, traitOf, writtenSegments, type Change, type WrittenSegment } from './written.js';

/** One change that was answered. */
export interface Write extends Change {
  version: number;
  /** Times (ms) of the first request and of the answer. */
  askedAt: number;
  answeredAt: number;
  /** Whether one instance of the service ran at both: others follow a moment later. */
  alone: boolean;
}

/** Seconds between two changes: each has 200 segments compiled, and views made anew, beside all else. */
const PAUSE_SECONDS = [6, 14] as const;
/** A fault, and the start of what it has ended, on a slow machine. */
const ANSWER_TIMEOUT_MS = 180_000;
const AGAIN_MS = 500;

export class Author {
  readonly segments: readonly WrittenSegment[] = writtenSegments();
  readonly writes: Write[] = [];
  /** What could not be done, for people. */
  readonly failures: string[] = [];
  readonly #acting: AgainAndAgain;
  #last: Promise<void> = Promise.resolve();

  constructor(private readonly arena: Arena, private readonly random: Random) {
    this.#acting = new AgainAndAgain(random, PAUSE_SECONDS, () => this.change());
  }

  /** Begins to change definitions, until `end`. */
  start(): void {
    this.#acting.start();
  }

  /** One more change now; resolves when it is answered, or given up. */
  change(): Promise<void> {
    this.#last = this.#last.then(() => this.#change());
    return this.#last;
  }

  /** Resolves when the change that is under way is answered. */
  async end(): Promise<void> {
    await this.#acting.end();
    await this.#last;
  }

  async #change(): Promise<void> {
    const change = nextChange(this.segments, this.random);
    const { what, segment } = change;
    const [askedAt, alone] = [Date.now(), this.#isAlone()];
    const version = what === 'remove' ? segment.version : segment.version + 1;
    try {
      await (what === 'remove' ? this.#remove(segment) : this.#put({ ...segment, version }));
    } catch (error) {
      this.failures.push(`${what} of ${segment.name}: ${errorText(error)}`);
      return;
    }
    segment.version = version;
    segment.inForce = what !== 'remove';
    this.writes.push({ ...change, version, askedAt, answeredAt: Date.now(), alone: alone && this.#isAlone() });
  }

  async #put(segment: WrittenSegment): Promise<void> {
    const trait = traitOf(segment);
    if (trait) await this.#ask('PUT', `/v1/traits/${trait.name}`, trait.text);
    await this.#ask('PUT', `/v1/segments/${segment.name}`, textOf(segment));
  }

  async #remove(segment: WrittenSegment): Promise<void> {
    await this.#ask('DELETE', `/v1/segments/${segment.name}`);
    const trait = traitOf(segment);
    if (trait) await this.#ask('DELETE', `/v1/traits/${trait.name}`);
  }

  /** Rejects where it is refused for what it says, or for too long. */
  async #ask(method: string, route: string, body?: string): Promise<void> {
    const target: SegmentsTarget = { url: this.arena.url('segments'), key: this.arena.secrets.segmentsKey };
    const deadline = Date.now() + ANSWER_TIMEOUT_MS;
    for (let attempt = 1; ; attempt += 1) {
      try {
        await (await askSegments(target, route, body, method)).arrayBuffer();
        return;
      } catch (error) {
        // It was removed, and the answer did not come through.
        if (method === 'DELETE' && attempt > 1 && error instanceof SegmentsRefusal && error.status === 404) return;
        if (!isPassing(error) || Date.now() > deadline) throw error;
        await sleep(AGAIN_MS);
      }
    }
  }

  #isAlone(): boolean {
    return this.arena.instancesOf('segments') === 1;
  }
}

/** Refusals that say nothing of the definition: an outage, or a preview that was slow because ClickHouse was. */
function isPassing(error: unknown): boolean {
  return !(error instanceof SegmentsRefusal) || error.status === 429 || error.status >= 500 || / too_costly: /.test(error.message);
}
