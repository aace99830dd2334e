// Whether the definitions that are in force at the end are those that were written last, in the service, in every partition
// and in SQL; members are compared only then.
import { setTimeout as sleep } from 'node:timers/promises';
import { readTopics } from '@tideway/kafka';
import { ADOPTED_TOPIC, askSegments, isBroughtTo, type Clients } from '@tideway/mesh';
import { errorText } from '@tideway/service';
import type { Arena } from '../arena.js';
import type { Author } from '../definitions/author.js';
import { LEAST_SEGMENTS } from '../definitions/own.js';
import { WRITTEN_PREFIX, type WrittenSegment } from '../definitions/written.js';
import { verdict, type Verdict } from './verdict.js';

const TIMEOUT_MS = 60_000;
const POLL_MS = 500;

/** What there is in one moment. */
export interface InForce {
  segments: readonly { name: string; version: number }[];
  /** Meanings by name, of each partition. */
  adopted: readonly Readonly<Record<string, string>>[];
  /** The query of segments.members_at, and when it was made, in seconds. */
  view: string;
  viewMadeAt: number;
}

/** Waits until everything agrees, and says whether it did. */
export async function checkDefinitions(arena: Arena, clients: Clients, { segments, writes, failures }: Author): Promise<Verdict> {
  const lastAskedAt = writes.at(-1)?.askedAt ?? 0;
  let problem = '';
  let found: InForce | undefined;
  for (const deadline = Date.now() + TIMEOUT_MS; Date.now() < deadline; await sleep(POLL_MS)) {
    try {
      found = await inForce(arena, clients);
      problem = disagreement(found, segments, lastAskedAt);
      if (problem === '') break;
    } catch (error) {
      problem = errorText(error);
    }
  }
  const problems = [...failures.slice(0, 2), ...(problem ? [problem] : [])];
  const count = (what: string) => writes.filter((write) => write.what === what).length;
  return verdict('definitions', problems.length === 0, problems.join('; ') || `${found!.segments.length} segments in force, the same in ${found!.adopted.length} partitions and in SQL; over HTTP, ${count('write')} were written, ${count('raise')} raised, ${count('remove')} removed`);
}

async function inForce(arena: Arena, clients: Clients): Promise<InForce> {
  const answer = await askSegments({ url: arena.url('segments'), key: arena.secrets.segmentsKey }, '/v1/segments');
  const { segments } = (await answer.json()) as Pick<InForce, 'segments'>;
  const adopted = new Map<number, Record<string, string>>();
  await readTopics(clients.kafka, new Map([[ADOPTED_TOPIC, []]]), ({ partition, message }) => void adopted.set(partition, JSON.parse(String(message.value)) as Record<string, string>));
  const [view] = await clients.rows<{ query: string; madeAt: number }>("SELECT as_select AS query, toUnixTimestamp(metadata_modification_time) AS madeAt FROM system.tables WHERE database = 'segments' AND name = 'members_at'");
  return { segments, adopted: [...adopted.values()], view: view?.query ?? '', viewMadeAt: Number(view?.madeAt ?? 0) };
}

/** What does not agree, for people; '' where everything does. Pure. */
export function disagreement({ segments, adopted, view, viewMadeAt }: InForce, written: readonly WrittenSegment[], lastAskedAt: number): string {
  const describe = (list: readonly { name: string; version: number }[]) => list.map(({ name, version }) => `${name} ${version}`).sort().join(', ') || 'none';
  const [there, wanted] = [describe(segments.filter(({ name }) => name.startsWith(WRITTEN_PREFIX))), describe(written.filter(({ inForce: is }) => is))];
  if (there !== wanted) return `of written segments, ${there} are in force, and should be ${wanted}`;
  if (segments.length < LEAST_SEGMENTS) return `${segments.length} segments are in force, and should be ${LEAST_SEGMENTS}`;
  const names = segments.map(({ name }) => name).sort().join();
  const isBrought = (meanings: Readonly<Record<string, string>>) => Object.keys(meanings).sort().join() === names && Object.values(meanings).every(isBroughtTo);
  if (!adopted.every(isBrought)) return 'a partition was not brought to the segments in force';
  const other = segments.find(({ name }) => new Set(adopted.map((meanings) => bare(meanings[name]!))).size > 1);
  if (other) return `partitions were brought to different versions of ${other.name}`;
  const shown = new Set([...view.matchAll(/'([a-z0-9-]+)'/g)].map(([, text]) => text));
  const hidden = segments.find(({ name }) => !shown.has(name)) ?? written.find(({ name, inForce: is }) => !is && shown.has(name));
  if (hidden) return `segments.members_at is not of the segments in force: see ${hidden.name}`;
  return viewMadeAt < Math.floor(lastAskedAt / 1_000) ? 'segments.members_at was not made anew since the last change' : '';
}

/** Without the time since when the ranks hold that it goes by: partitions follow it one after the other. */
const bare = (meaning: string) => meaning.split('@')[0];
