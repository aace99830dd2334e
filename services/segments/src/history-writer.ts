// Brings the activities of one partition into ClickHouse behind the evaluation, in ranges that a transaction announces
// first: evaluation does not wait for inserts, and inserts are few and large.
//
// Announced with every commit is how far ClickHouse has got: everything below `next`, and maybe next..to. Whoever
// takes the partition over inserts next..to again under the same token, and has read the rest from the topic.
import type { StoreProgress } from '@tideway/kafka';
import { backoffMs, errorText, sleep, type Logger } from '@tideway/service';
import type { Activity } from './evaluate/index.js';
import type { History, HistoryRow } from './history.js';

/** A range is begun when its first row has waited this long (ms)... */
const INTERVAL_MS = 1_000;
/** ...less this with a transaction that there is anyway, which spares one for the range alone... */
const EARLY_MS = 200;
/** ...or this long where somebody waits for it... */
const URGENT_MS = 300;
/** ...or when there are this many. */
const FULL_ROWS = 5_000;
/** Above it, what comes in waits: ClickHouse is behind, or away. */
const MAX_ROWS = 20_000;
/** Without input, what has been stored is committed this long (ms) after it was: longer than blocks take to come, of which the next says so. */
const IDLE_COMMIT_MS = 500;

export interface Source {
  topic: string;
  partition: number;
  epoch: number;
}

type Store = Pick<History, 'insert'>;

export class HistoryWriter {
  /** In the order of their offsets; those of the range that is begun come first. */
  #rows: HistoryRow[] = [];
  /** Their activities by profile, in the same order: each turn asks for those of some profiles. */
  readonly #waiting = new Map<string, Activity[]>();
  #next: number;
  #to: number | undefined;
  #inserting: Promise<void> | undefined;
  /** Time (ms) at which the last range was begun. */
  #begunAt = 0;
  #storedAt = 0;
  #urgent = false;
  #announced: StoreProgress | undefined;
  #committed: StoreProgress;
  #closed = false;

  /** `next`: everything below is in ClickHouse. `onStored` is called whenever it has grown. */
  constructor(private readonly store: Store, private readonly source: () => Source, next: number, private readonly logger: Logger, private readonly onStored: () => void) {
    this.#next = next;
    this.#committed = { next };
  }

  /** Everything below this offset is in ClickHouse. */
  get next(): number {
    return this.#next;
  }

  /** Behind the last row that was taken in. */
  get end(): number {
    return this.#rows.length > 0 ? this.#rows.at(-1)!.offset + 1 : this.#next;
  }

  /** Takes rows in; waits where ClickHouse is far behind. */
  async add(rows: HistoryRow[]): Promise<void> {
    while (this.#rows.length + rows.length > MAX_ROWS && this.#inserting && !this.#closed) await this.#inserting;
    for (const row of rows) {
      this.#rows.push(row);
      const { activity } = row;
      const others = this.#waiting.get(activity.profile_id);
      if (others) others.push(activity);
      else this.#waiting.set(activity.profile_id, [activity]);
    }
  }

  /** Activities that are not in ClickHouse for sure, of these profiles: those of each in the order of their offsets. */
  waiting(profileIds: ReadonlySet<string>): Activity[] {
    return [...profileIds].flatMap((profileId) => this.#waiting.get(profileId) ?? []);
  }

  /** Profiles that have activities which are not in ClickHouse for sure. */
  profiles(): Set<string> {
    return new Set(this.#waiting.keys());
  }

  /** Somebody waits for what is here now: it is not left to gather. */
  hurry(): void {
    this.#urgent = true;
  }

  /**
   * What the transaction that is about to commit `position` has to say; begins a range where one is due.
   */
  progress(position: number, now: number): StoreProgress {
    if (this.#to === undefined && this.#dueAt() - (this.#urgent ? 0 : EARLY_MS) <= now) {
      this.#to = this.#rows.at(-1)!.offset;
      this.#begunAt = now;
      this.#urgent = false;
    }
    if (this.#rows.length === 0) this.#next = Math.max(this.#next, position);
    this.#announced = { next: this.#next, ...(this.#to === undefined ? {} : { to: this.#to }) };
    return this.#announced;
  }

  /** When (ms) a transaction is wanted, without any input. */
  nextWake(): number | undefined {
    if (this.#to !== undefined) return undefined;
    const unsaid = this.#committed.next !== this.#next ? this.#storedAt + IDLE_COMMIT_MS : Infinity;
    const at = Math.min(this.#dueAt(), unsaid);
    return at === Infinity ? undefined : at;
  }

  /** The announcement is committed: what it has begun may be inserted. */
  committed(): void {
    if (this.#announced) this.#committed = this.#announced;
    if (this.#to !== undefined && this.#committed.to === this.#to) this.#inserting ??= this.#insert(this.#to);
  }

  /** Inserts a range that a former owner had begun, with the rows that were added for it. Rejects with RetryableError. */
  async redo(to: number): Promise<void> {
    await this.store.insert({ ...this.source(), from: this.#next, to }, this.#rowsUntil(to));
    this.#stored(to);
  }

  close(): void {
    this.#closed = true;
  }

  #dueAt(): number {
    if (this.#rows.length === 0) return Infinity;
    if (this.#rows.length >= FULL_ROWS) return 0;
    return this.#begunAt + (this.#urgent ? URGENT_MS : INTERVAL_MS);
  }

  /** The token is the same at every attempt, whatever became of the last. */
  async #insert(to: number): Promise<void> {
    const rows = this.#rowsUntil(to);
    for (let attempt = 0; !this.#closed; attempt += 1) {
      try {
        await this.store.insert({ ...this.source(), from: this.#next, to }, rows);
        break;
      } catch (error) {
        this.logger.warn({ partition: this.source().partition, from: this.#next, to, error: errorText(error) }, 'activities not stored yet; trying again');
        await sleep(backoffMs(attempt));
      }
    }
    this.#inserting = undefined;
    if (this.#closed) return;
    this.#stored(to);
    this.onStored();
  }

  #stored(to: number): void {
    const stored = this.#rowsUntil(to);
    this.#rows = this.#rows.slice(stored.length);
    for (const { activity: { profile_id: profileId } } of stored) {
      const waiting = this.#waiting.get(profileId)!;
      if (waiting.length === 1) this.#waiting.delete(profileId);
      else waiting.shift();
    }
    this.#next = to + 1;
    this.#to = undefined;
    this.#storedAt = Date.now();
  }

  #rowsUntil(to: number): HistoryRow[] {
    const end = this.#rows.findIndex(({ offset }) => offset > to);
    return end === -1 ? this.#rows.slice() : this.#rows.slice(0, end);
  }
}
