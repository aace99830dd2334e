// Somebody who takes identifiers out of profiles, one request after the other, for as long as faults go on: whom a shared device
// had joined. Each is asked for until customer.identities shows it.
import { setTimeout as sleep } from 'node:timers/promises';
import { askToSplit, type Clients } from '@tideway/mesh';
import { errorText } from '@tideway/service';
import type { Random } from '../random.js';
import { AgainAndAgain } from './again-and-again.js';

/** A split that was seen to be done. */
export interface DoneSplit {
  from: string;
  /** Identifiers (`type:value`). */
  left: readonly string[];
  stayed: readonly string[];
}

const PAUSE_SECONDS = [10, 20] as const;
/** A fault, and the start of what it has ended, on a slow machine. */
const TIMEOUT_MS = 180_000;
const AGAIN_MS = 500;

export class Operator {
  readonly splits: DoneSplit[] = [];
  /** What could not be done, for people. */
  readonly failures: string[] = [];
  readonly #acting: AgainAndAgain;

  constructor(private readonly clients: Clients, private readonly random: Random) {
    this.#acting = new AgainAndAgain(random, PAUSE_SECONDS, async () => {
      const split = await this.#choose().catch(() => undefined);
      if (split) await this.#split(split);
    });
  }

  /** Begins to split profiles, until `end`. */
  start(): void {
    this.#acting.start();
  }

  /** Resolves when the split that is under way is done. */
  end(): Promise<void> {
    return this.#acting.end();
  }

  /** Somebody who is known by several identifiers, and some of these; undefined where there is nobody. */
  async #choose(): Promise<DoneSplit | undefined> {
    const query = "SELECT profile_id, arraySort(groupArray(identifier)) AS identifiers FROM customer.identities WHERE cause != 'erasure' GROUP BY profile_id HAVING count() > 1 ORDER BY cityHash64(profile_id, {salt:UInt32}) LIMIT 1";
    const [chosen] = await this.clients.rows<{ profile_id: string; identifiers: string[] }>(query, { salt: this.random.int(0, 0x7fff_ffff) });
    if (!chosen) return undefined;
    const shuffled = this.random.shuffled(chosen.identifiers);
    const some = this.random.int(1, shuffled.length - 1);
    return { from: chosen.profile_id, left: shuffled.slice(0, some), stayed: shuffled.slice(some) };
  }

  async #split(split: DoneSplit): Promise<void> {
    let problem = 'customer.identities does not show it';
    for (const deadline = Date.now() + TIMEOUT_MS; Date.now() < deadline; await sleep(AGAIN_MS)) {
      try {
        if (await this.#isDone(split)) {
          this.splits.push(split);
          return;
        }
        await askToSplit(this.clients, split.left, 'chaos');
      } catch (error) {
        // Also where it was done just before.
        problem = errorText(error);
      }
    }
    this.failures.push(`${split.left.join(', ')} could not leave ${split.from}: ${problem}`);
  }

  async #isDone({ left, stayed }: DoneSplit): Promise<boolean> {
    const [one, other] = [left[0]!, stayed[0]!];
    const [row] = await this.clients.rows<{ profiles: number }>('SELECT uniqExact(profile_id) AS profiles FROM customer.identities WHERE identifier IN {identifiers:Array(String)}', { identifiers: [one, other] });
    return Number(row?.profiles) === 2;
  }
}
