// What the load of every measurement is made of: one shop, whose people and products are the same in each run.
import type { SimulatorOptions } from '@tideway/simulator';

/**
 * A fixed population, drawn by Zipf's law with the simulator's own exponents. With `everybodyFirst` all come once at the beginning, so that
 * afterwards nobody is new: what still grows then is not the number of profiles. Without it, new people come as they are drawn, as in
 * a shop's everyday life. Of 256 lanes, few wait for an answer, and a lane's 12 visits at a time are 3,000 in the shop.
 */
export const POPULATION = { seed: 7, people: 100_000, everybodyFirst: false, lanes: 256 } satisfies Partial<SimulatorOptions>;
