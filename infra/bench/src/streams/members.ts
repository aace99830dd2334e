// Who is in which segment at the end, by what was told: two tellers of the same people must end with the same.
import { productOf, type SegmentsMemberships } from '@tideway/contracts';
import { Decoder, readTopics } from '@tideway/kafka';
import type { Clients } from '@tideway/mesh';

/** What one of them told. */
export interface Told {
  changes: number;
  /** Profiles whose sequence had a gap or a repeat: something was lost or doubled. */
  broken: number;
  /** Profile to its segments, sorted and with a space between; those in none are left out. */
  members: Map<string, string>;
}

/** Takes changes in the order of each profile's partition. */
export class Telling {
  readonly #sequences = new Map<string, number>();
  readonly #broken = new Set<string>();
  readonly #members = new Map<string, string>();
  #changes = 0;

  add({ profile_id: profile, sequence, segments }: Pick<SegmentsMemberships, 'profile_id' | 'sequence' | 'segments'>): void {
    this.#changes += 1;
    if (sequence !== (this.#sequences.get(profile) ?? 0) + 1) this.#broken.add(profile);
    this.#sequences.set(profile, sequence);
    if (segments.length === 0) this.#members.delete(profile);
    else this.#members.set(profile, segments.toSorted().join(' '));
  }

  get told(): Told {
    return { changes: this.#changes, broken: this.#broken.size, members: this.#members };
  }
}

/** All that is committed on a topic of memberships. */
export async function readTold({ kafka, registry, products }: Clients, topic: string): Promise<Told> {
  const decoder = new Decoder<SegmentsMemberships>(registry, productOf(products, 'segments.memberships'));
  const telling = new Telling();
  await readTopics(kafka, new Map([[topic, []]]), async ({ message }) => telling.add(await decoder.decode(message.value)));
  return telling.told;
}

export interface Comparison {
  /** By segment, of ours. */
  members: Record<string, number>;
  /** Profiles that are not in the same segments. */
  different: number;
  /** One of them, in words. */
  example?: string;
}

export function compareMembers(ours: ReadonlyMap<string, string>, theirs: ReadonlyMap<string, string>): Comparison {
  const members: Record<string, number> = {};
  for (const segments of ours.values()) for (const segment of segments.split(' ')) members[segment] = (members[segment] ?? 0) + 1;
  const different = [...new Set([...ours.keys(), ...theirs.keys()])].filter((profile) => ours.get(profile) !== theirs.get(profile));
  const [first] = different;
  const shown = (segments: string | undefined) => segments ?? 'none';
  return {
    members: Object.fromEntries(Object.entries(members).sort(([a], [b]) => (a < b ? -1 : 1))), different: different.length,
    ...(first === undefined ? {} : { example: `${first} is in ${shown(ours.get(first))} for us, in ${shown(theirs.get(first))} for Kafka Streams` }),
  };
}
