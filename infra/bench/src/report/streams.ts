// The section of docs/benchmarks.md about Kafka Streams as a peer: figures side by side, and where we lose.
import type { ReaderResult } from '../streams/run.js';
import { about } from './about.js';
import type { Results } from './results.js';
import { decimal, ms, table } from './table.js';

type Streams = NonNullable<Results['streams']>;

/** One figure of both; less is better unless `most` is set. */
interface Figure {
  what: string;
  of(reader: ReaderResult): number | undefined;
  shown(value: number): string;
  most?: boolean;
}

const seconds = (value: number) => `${decimal(value / 1_000, 1)} s`;
const sum = (cpu: Record<string, number>, names?: RegExp) => Object.entries(cpu).reduce((total, [name, used]) => total + (names === undefined || names.test(name) ? used : 0), 0);
const OWN = /^(segments|streams)$/;

function figures({ records }: Streams): Figure[] {
  return [
    { what: 'backlog: activities/s', of: ({ backlog }) => records / backlog.seconds, shown: (value) => decimal(value), most: true },
    { what: 'backlog: CPU-s of its own process', of: ({ backlog }) => sum(backlog.cpu, OWN), shown: (value) => decimal(value, 1) },
    { what: 'backlog: CPU-s of all processes', of: ({ backlog }) => sum(backlog.cpu), shown: (value) => decimal(value, 1) },
    { what: 'live: event to membership p50', of: ({ live }) => live.byActivity.p50, shown: ms },
    { what: 'live: event to membership p99', of: ({ live }) => live.byActivity.p99, shown: ms },
    { what: 'live: changes by time alone, late by p50', of: ({ live }) => live.byTime.p50, shown: ms },
    { what: 'live: changes by time alone, late by p99', of: ({ live }) => live.byTime.p99, shown: ms },
    { what: 'live: cores of its own process', of: ({ live }) => live.cores, shown: (value) => decimal(value, 2) },
    { what: 'live: memory of its own process', of: ({ live }) => live.rssMb, shown: (value) => `${decimal(value)} MB` },
    { what: 'kill -9: first change again after', of: ({ recovery }) => recovery?.firstMs, shown: seconds },
    { what: 'kill -9: every change within a second again after', of: ({ recovery }) => recovery?.currentMs, shown: seconds },
    { what: 'kill -9: longest that a change took', of: ({ recovery }) => recovery?.longestMs, shown: seconds },
  ];
}

/** An acknowledgement that takes longer says that machine or broker were busy with something else. */
const MOST_PUBLISH_MS = 1_000;

/** The section, in Markdown. */
export function streamsSection(result: Streams): string[] {
  const { records, people, rate, seconds: span, warmUpSeconds, readers: { tideway, streams }, shared, comparison, settings, slowestPublishMs } = result;
  const rows = figures(result).map((figure) => compared(figure, tideway, streams));
  const lost = rows.filter(({ loses }) => loses).map(({ cells }) => `${cells[0]} (${cells[1]} against ${cells[2]})`);
  return [
    '## The same segments by Kafka Streams',
    '',
    about(result),
    '',
    `Five of \`schemas/segments\` (${Object.keys(comparison.members).join(', ')}), with windows of 5 minutes to 365 days, consent, and exits by time alone, of the same topic by our segments service, with these five alone, and by a Java program (\`infra/bench/java\`): Kafka Streams ${result.machine.versions.kafka}, exactly_once_v2, a transaction every ${settings.commitMs} ms (its default), ${settings.threads} threads, a heap of ${settings.heapMb} MB; state per profile in RocksDB with a changelog, a second store of timers that is looked at every 500 ms. It counts in the same buckets. `
    + 'It does less: it knows no merges, no definitions but these, and keeps no activities in ClickHouse, no traits for others to read.',
    '',
    `${decimal(records)} activities of ${decimal(people)} people, of 40 days and most often of the last ten minutes, lie on the topic; Streams reads them first, then ours, each started cold, timed from the first member of its group to the last commit${tideway.backlog.storedSeconds === undefined ? '' : ` (in ClickHouse ${decimal(Math.max(0, tideway.backlog.storedSeconds - tideway.backlog.seconds), 1)} s later: its processor seconds count until then)`}. Then both at once at ${decimal(rate)} activities/s, ${warmUpSeconds} s to warm up and ${span} s measured: from the publishing of an activity to the arrival of the change at a consumer that reads committed records of both. Under that load each is killed once and started again at once, with the files that it left.`,
    '',
    table(['', 'Tideway', 'Kafka Streams', 'better by'], rows.map(({ cells }) => cells)),
    '',
    `Changes measured live: ${decimal(tideway.live.byActivity.count)} by activities and ${decimal(tideway.live.byTime.count)} by time for us, ${decimal(streams.live.byActivity.count)} and ${decimal(streams.live.byTime.count)} for Streams, which tells of every step, where we tell what is different at the end of a block. At the end of that time ${decimal(tideway.live.lag)} activities were not committed by us, ${decimal(streams.live.lag)} not by Streams. Meanwhile ${Object.entries(shared).map(([name, cores]) => `${name} took ${decimal(cores, 2)} cores`).join(', ')}, for both; the slowest acknowledgement of a published batch took ${ms(slowestPublishMs)}.`,
    '',
    ...(slowestPublishMs > MOST_PUBLISH_MS ? ['**The run does not count**: Kafka kept the publisher waiting, so that what is called live was not at the rate that was asked for.', ''] : []),
    endText(result),
    '',
    lost.length > 0 ? `**We lose at**: ${lost.join('; ')}.` : 'We lose at none of these.',
    '',
    `Again: \`npm run bench -- streams --records ${records} --people ${people} --rate ${rate} --seconds ${span} --warm-up ${warmUpSeconds}\``,
  ];
}

function compared({ what, of, shown, most = false }: Figure, tideway: ReaderResult, streams: ReaderResult): { cells: string[]; loses: boolean } {
  // JSON writes NaN as null: nothing was measured.
  const [ours, theirs] = [of(tideway) ?? NaN, of(streams) ?? NaN];
  const ratio = most ? ours / theirs : theirs / ours;
  const loses = ratio < 1 || (Number.isNaN(ours) && !Number.isNaN(theirs));
  const times = Number.isFinite(ratio) ? `${decimal(ratio, 2)} x` : '';
  const text = (value: number) => (Number.isNaN(value) ? 'none' : shown(value));
  return { cells: [what, text(ours), text(theirs), loses ? `**${times || 'lost'}**` : times], loses };
}

function endText({ comparison: { members, different, example }, readers: { tideway, streams } }: Streams): string {
  const sizes = Object.entries(members).map(([segment, count]) => `${segment} ${decimal(count)}`).join(', ');
  const same = different === 0 ? `At the end both have the same members (${sizes}).` : `**At the end ${decimal(different)} profiles are in different segments**: ${example}. Ours: ${sizes}.`;
  const broken = tideway.broken + streams.broken;
  return `${same} ${broken === 0 ? 'Numbers of changes have no gap and no repeat with either: nothing was lost or doubled by the kills.' : `**Numbers of changes have gaps or repeats** at ${tideway.broken} profiles for us, at ${streams.broken} for Streams.`}`;
}
