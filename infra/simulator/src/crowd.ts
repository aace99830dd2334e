// The people of a lane: who comes for the next visit. Each is made when they first come, so that many cost nothing to begin with.
import { createPerson, type Person } from './person.js';
import type { Random } from './random.js';
import { WeightedDraw, zipfWeight } from './weighted-draw.js';

export interface CrowdOptions {
  seed: number;
  /** Indexes of its people among all, at least one. Somebody's rank is the index plus one. */
  indexes: readonly number[];
  /** Of Zipf's law. */
  exponent: number;
  /** Everybody comes once, in order, before anybody is drawn. */
  everybodyFirst: boolean;
}

export class Crowd {
  readonly #seed: number;
  readonly #indexes: readonly number[];
  readonly #people: (Person | undefined)[];
  readonly #visits: WeightedDraw;
  #came: number;

  constructor({ seed, indexes, exponent, everybodyFirst }: CrowdOptions) {
    this.#seed = seed;
    this.#indexes = indexes;
    this.#people = new Array<Person | undefined>(indexes.length).fill(undefined);
    this.#visits = new WeightedDraw(indexes.map((index) => zipfWeight(index + 1, exponent)));
    this.#came = everybodyFirst ? 0 : indexes.length;
  }

  get size(): number {
    return this.#indexes.length;
  }

  /** How many still come for the first time before anybody is drawn. */
  get newcomers(): number {
    return this.size - this.#came;
  }

  /** How often its people come, against those of another crowd of the same shop. */
  get weight(): number {
    return this.#visits.weight;
  }

  /** Who comes next; `random` decides among those who may have come before. */
  next(random: Random): Person {
    return this.at(this.newcomers > 0 ? this.#came++ : this.#visits.draw(random));
  }

  /** The person of a place, from 0 to `size` - 1. */
  at(place: number): Person {
    return (this.#people[place] ??= createPerson(this.#seed, this.#indexes[place]!));
  }
}
