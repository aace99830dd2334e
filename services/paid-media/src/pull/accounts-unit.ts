// The accounts of one partition of the cursors' topic: when each runs, and what their runs hand over, a transaction at a
// time. Whoever owns the partition pulls its accounts; a former owner's transactions are fenced.
import { groupByTopic, type Outgoing, type TopicMessage, type UnitState } from '@tideway/kafka';
import { CURSORS, cursorMessage } from './cursors.js';
import { PlatformRefusalError } from './fault.js';
import { firstRunAt, nextRunAt, type Cursor, type Plan, type RunOutcome } from './schedule.js';

/** One account as its unit sees it. */
export interface ScheduledAccount {
  key: string;
  plan: Plan;
  /** Pulls what is due. Rejects with PlatformRefusalError where somebody must see to it, and otherwise where it is to be tried again. */
  run(parts: AccountRunParts): Promise<void>;
  /** Told at the end of each run. */
  ended(outcome: RunOutcome, error?: unknown): void;
  /** Told when the account is no longer this instance's. */
  released(): void;
}

export interface AccountRunParts {
  cursor: Cursor | undefined;
  /** Time (ms) at which the run began. */
  now: number;
  /** Aborted when the account may have another owner, or the service stops. */
  signal: AbortSignal;
  /** Resolves when Kafka has committed the messages; rejects where the unit is dropped before. */
  commit(messages: TopicMessage[]): Promise<void>;
  /** The same for the cursor. */
  moveTo(cursor: Cursor): Promise<void>;
}

interface Handed {
  messages: TopicMessage[];
  resolve(): void;
  reject(error: unknown): void;
}

interface Held {
  account: ScheduledAccount;
  cursor: Cursor | undefined;
  /** Infinity while it runs. */
  nextRunAt: number;
}

export class AccountsUnit implements UnitState {
  readonly #held: Held[];
  readonly #closing = new AbortController();
  #waiting: Handed[] = [];
  #taken: Handed[] = [];

  constructor(accounts: ScheduledAccount[], cursors: ReadonlyMap<string, Cursor>, private readonly reschedule: () => void) {
    const now = Date.now();
    this.#held = accounts.map((account) => {
      const cursor = cursors.get(account.key);
      return { account, cursor, nextRunAt: firstRunAt(cursor, account.plan, now) };
    });
  }

  /** The cursors' own records come in as this unit has written them: nothing follows from them. */
  process(): Promise<Outgoing[]> {
    return Promise.resolve([]);
  }

  nextWake(): number | undefined {
    if (this.#waiting.length > 0) return 0;
    const next = Math.min(...this.#held.map(({ nextRunAt: at }) => at));
    return Number.isFinite(next) ? next : undefined;
  }

  /** Starts what is due, and gives what the runs have handed over. */
  wake(now: number): Promise<Outgoing[]> {
    for (const held of this.#held) if (held.nextRunAt <= now) this.#start(held, now);
    this.#taken = this.#waiting;
    this.#waiting = [];
    return Promise.resolve(groupByTopic(this.#taken.flatMap(({ messages }) => messages)));
  }

  committed(): void {
    for (const { resolve } of this.#taken) resolve();
    this.#taken = [];
  }

  close(): void {
    this.#closing.abort(new Error('the service stops, or another instance may have the account by now'));
    for (const { reject } of [...this.#taken, ...this.#waiting]) reject(this.#closing.signal.reason);
    this.#taken = [];
    this.#waiting = [];
    for (const { account } of this.#held) account.released();
  }

  #start(held: Held, now: number): void {
    const { account, cursor } = held;
    held.nextRunAt = Infinity;
    const commit = (messages: TopicMessage[]) => this.#commit(messages);
    const moveTo = async (reached: Cursor) => {
      await commit([{ topic: CURSORS.topic, message: cursorMessage(account.key, reached) }]);
      held.cursor = reached;
    };
    account.run({ cursor, now, signal: this.#closing.signal, commit, moveTo }).then(
      () => this.#ended(held, now, 'done'),
      (error: unknown) => this.#ended(held, now, error instanceof PlatformRefusalError ? 'refused' : 'failed', error),
    );
  }

  #ended(held: Held, ranAt: number, outcome: RunOutcome, error?: unknown): void {
    if (this.#closing.signal.aborted) return;
    held.account.ended(outcome, error);
    held.nextRunAt = nextRunAt(ranAt, outcome, held.account.plan, Date.now());
    this.reschedule();
  }

  #commit(messages: TopicMessage[]): Promise<void> {
    if (messages.length === 0) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.#closing.signal.throwIfAborted();
      this.#waiting.push({ messages, resolve, reject });
      this.reschedule();
    });
  }
}
