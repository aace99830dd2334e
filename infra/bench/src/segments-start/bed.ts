// A platform with the segments service alone on it, and the people that it has evaluated: what its start and its timers are measured on.
import type { Workplace } from '@tideway/mesh';
import { startBed, whenStored, type Bed as ServiceBed } from '../segments/bed.js';
import { readStates, type Evaluated } from '../segments/states.js';
import { PEOPLE, SHOPPER, activitiesOf, profileIdOf } from './people.js';

export interface Bed extends ServiceBed {
  /** The people of PEOPLE, in its order, and the shopper. */
  people: Evaluated[];
  shopper: Evaluated;
}

const EVALUATED_WITHIN_MS = 60_000;
/** Numbers of the first people, above those of all profiles that are made of them. */
const FIRST_NUMBER = 4_000_000_000;

/** Starts the platform and the service, has the people evaluated, and stops the service. */
export async function makeBed(workplace: Workplace, name: string, onProgress: (line: string) => void): Promise<Bed> {
  const bed = await startBed(workplace, name, { tellPlatform: true }, onProgress);
  try {
    await bed.startService();
    const evaluated = await evaluate(bed, [...PEOPLE.map(({ deeds }) => deeds), SHOPPER]);
    await bed.stopService();
    return { ...bed, people: evaluated.slice(0, -1), shopper: evaluated.at(-1)! };
  } catch (error) {
    await bed.stop();
    throw error;
  }
}

/** Publishes what they did; resolves with what the service made of it, once it is in ClickHouse too. */
async function evaluate({ clients, publish }: ServiceBed, deeds: readonly Parameters<typeof activitiesOf>[1][]): Promise<Evaluated[]> {
  const ids = deeds.map((_, i) => profileIdOf(FIRST_NUMBER + i));
  const activities = ids.flatMap((id, i) => activitiesOf(id, deeds[i]!, Date.now()));
  await publish(activities);
  await whenStored(clients, activities.length, EVALUATED_WITHIN_MS);
  const found = await readStates(clients);
  return ids.map((id) => found.get(id)!);
}
