// The part of docs/benchmarks.md on Kafka clients: figures by path, guarantees, and whether another one is worth offering.
import type { ClientName } from '../clients/contender.js';
import { GUARANTEES, NOT_MEASURED } from '../clients/guarantees.js';
import { COMMIT_RECORDS, REQUEST_BYTES, TRANSACTION_RECORDS, type Path } from '../clients/paths.js';
import type { ClientResult } from '../clients/run.js';
import { median } from '../statistics.js';
import { stolenText } from './about.js';
import type { Results } from './results.js';
import { decimal, table } from './table.js';

/** What another client must reach, on our paths and at equal guarantees, to be offered. */
export const CLIENT_GOAL = 1.5;

type Clients = NonNullable<Results['clients']>;

const NAMES: Record<ClientName, string> = { kafkajs: 'kafkajs', tideway: 'kafkajs, as libs/kafka has it', platformatic: '@platformatic/kafka', java: 'Java' };
const TITLES: Record<Path, string> = { produce: 'Produce', consume: 'Consume', transact: 'Read, process, write in transactions', latency: 'Latency of one record' };
/** The paths that the goal is about. */
const OURS: readonly Path[] = ['produce', 'consume', 'transact'];

/** What one path was measured with, and what has to be known of it. */
function textOf(path: Path, { records, recordBytes }: Clients): string {
  const count = decimal(records[path]);
  switch (path) {
    case 'produce': return `${count} records of ${recordBytes} bytes (key and value, in the Confluent wire format) to an empty topic: acks from all, idempotent, uncompressed, one request in flight of up to ${decimal(REQUEST_BYTES / 1000)} kB, as the publisher sends. Java: ProducerPerformance, which has random bytes of this size and no key.`;
    case 'consume': return `The same ${count} records, from the beginning, in a consumer group, read_committed; the position is committed by hand after ${decimal(COMMIT_RECORDS)} records. Java: ConsumerPerformance, which lets the client commit every 5 s. What differs between the two rows of kafkajs is the decoder of fetches that libs/kafka has.`;
    case 'transact': return `${count} records read, written to another topic and their offsets committed, ${decimal(TRANSACTION_RECORDS)} at most in a transaction; a transactional producer for each partition, with one transaction at a time. kafkajs: the loop of segments and personalization. @platformatic/kafka: asked to try again after 10 ms, as libs/kafka asks kafkajs, where its own default is a second; the end of the last transaction is waited for in this way. Java: TransactionalMessageCopier, a tool of Kafka's system tests: one producer for all partitions, batches of 512 bytes by intent, and text for bytes.`;
    case 'latency': return `${count} records, one at a time, acks from all: until it is acknowledged, and until a consumer of a group has it. Java: EndToEndLatency, which has no group, tells no acknowledgements, and counts whole milliseconds.`;
  }
}

/** The section, in Markdown. */
export function clients(result: Clients): string[] {
  const { date, machine, loadBefore, stolen, rounds, versions, results } = result;
  const paths = [...new Set(results.map(({ path }) => path))];
  return [
    '## Kafka clients',
    '',
    `Measured on ${date}: ${machine.cores} cores (${machine.processor}), ${machine.memoryGb} GB, ${machine.system}; Node ${machine.versions.node}, Java ${machine.versions.java}, Kafka and its Java client ${machine.versions.kafka}, ${Object.entries(versions).map(([name, version]) => `${name} ${version}`).join(', ')}. Load average before: ${decimal(loadBefore, 2)}.${stolenText(stolen)}`,
    '',
    `One broker, topics of 6 partitions. Each client is a process of its own, started anew for each round. Seconds are by the client's own clock, from before its first connection to the last record, acknowledgement or commit; processor seconds are those of its process from start to end, and of the broker meanwhile. After each round the topics and committed offsets are compared with what was asked for. Medians of ${rounds} rounds, in turn.`,
    ...paths.flatMap((path) => ['', `### ${TITLES[path]}`, '', textOf(path, result), '', path === 'latency' ? latencyTable(results) : pathTable(results, path), ...failuresOf(results, path)]),
    '',
    '### Guarantees',
    '',
    table(['', 'kafkajs', '@platformatic/kafka', 'Java'], GUARANTEES.map(({ what, kafkajs, platformatic, java }) => [what, kafkajs, platformatic, java])),
    '',
    abortedText(result),
    '',
    NOT_MEASURED,
    '',
    '### Is another client worth offering?',
    '',
    ...verdict(result),
    '',
    `Again: \`npm run bench:peers -- --clients --records ${result.records.produce} --rounds ${rounds}\``,
  ];
}

type Figure = 'seconds' | 'cpuSeconds' | 'brokerCpuSeconds';
const of = ({ rounds }: ClientResult, figure: Figure) => median(rounds.map((round) => round[figure]));
const on = (results: ClientResult[], path: Path) => results.filter((result) => result.path === path && result.rounds.length > 0);
const times = (value: number) => `${decimal(value, 2)} x`;

/** Rate of `result` against that of kafkajs as we have it, on the same path; undefined where one of them was not measured. */
function ratioOf(results: ClientResult[], name: ClientName, path: Path, figure: Figure = 'seconds'): number | undefined {
  const find = (wanted: ClientName) => on(results, path).find((result) => result.name === wanted);
  const [ours, other] = [find('tideway'), find(name)];
  return ours && other && of(ours, figure) / of(other, figure);
}

function pathTable(results: ClientResult[], path: Path): string {
  return table(
    ['client', 'records/s', 'against ours', 'seconds', 'CPU-s of the client', 'CPU-s of the broker', 'transactions', 'rounds (s)'].filter((heading) => heading !== 'transactions' || path === 'transact'),
    on(results, path).map((result) => {
      const ratio = ratioOf(results, result.name, path);
      return [
        NAMES[result.name], decimal(result.rounds[0]!.records / of(result, 'seconds')), ratio === undefined ? '' : times(ratio), decimal(of(result, 'seconds'), 2),
        decimal(of(result, 'cpuSeconds'), 2), decimal(of(result, 'brokerCpuSeconds'), 2),
        ...(path === 'transact' ? [decimal(median(result.rounds.map(({ transactions = 0 }) => transactions)))] : []),
        result.rounds.map(({ seconds }) => decimal(seconds, 2)).join(', '),
      ];
    }),
  );
}

function latencyTable(results: ClientResult[]): string {
  const ms = ({ rounds }: ClientResult, what: 'acknowledged' | 'arrived', q: 'p50' | 'p99') => (rounds.every((round) => round[what]) ? `${decimal(median(rounds.map((round) => round[what]![q])), 2)} ms` : '');
  return table(
    ['client', 'acknowledged p50', 'p99', 'arrived p50', 'p99', 'CPU-s of the client', 'CPU-s of the broker'],
    on(results, 'latency').map((result) => [
      NAMES[result.name], ms(result, 'acknowledged', 'p50'), ms(result, 'acknowledged', 'p99'), ms(result, 'arrived', 'p50'), ms(result, 'arrived', 'p99'),
      decimal(of(result, 'cpuSeconds'), 2), decimal(of(result, 'brokerCpuSeconds'), 2),
    ]),
  );
}

const failuresOf = (results: ClientResult[], path: Path) =>
  results.filter((result) => result.path === path && result.failures.length > 0).map(({ name, failures }) => `\n**${NAMES[name]} failed in ${failures.length} rounds**, the first: ${failures[0]!.split('\n')[0]}`);

function abortedText({ aborted }: Clients): string {
  const text = 'Tried in this run: a topic where one producer\'s aborted transactions, one of them larger than a fetch, stand between committed ones, read by each client with read_committed.';
  const wrong = aborted.filter(({ problem }) => problem !== undefined);
  if (wrong.length === 0) return `${text} All were given committed records only.`;
  return `${text} ${wrong.map(({ name, problem }) => `**${NAMES[name]} ${problem!.split('\n')[0]}**`).join('; ')}. The others were given committed records only.`;
}

/** Of the one other client that could stand behind libs/kafka: Java's is there to compare with. */
function verdict(result: Clients): string[] {
  const { results, aborted } = result;
  const lacks = [...GUARANTEES.filter(({ equal }) => !equal).map(({ what }) => what), ...(aborted.some(({ name, problem }) => name === 'platformatic' && problem !== undefined) ? ['read_committed, as tried'] : [])];
  const rows = OURS.map((path) => {
    const [rate, cpu] = [ratioOf(results, 'platformatic', path), ratioOf(results, 'platformatic', path, 'cpuSeconds')];
    return [TITLES[path], `${CLIENT_GOAL} times`, rate === undefined ? 'not measured' : times(rate), cpu === undefined ? '' : times(cpu), rate !== undefined && rate >= CLIENT_GOAL ? 'reached' : '**not reached**'];
  });
  const fast = OURS.every((path) => (ratioOf(results, 'platformatic', path) ?? 0) >= CLIENT_GOAL);
  const equal = lacks.length === 0 ? 'at equal guarantees' : `without equal guarantees (missing: ${lacks.join('; ')})`;
  return [
    `A client that is better than kafkajs, as libs/kafka has it, by ${CLIENT_GOAL} times on our paths at equal guarantees would be offered as an option. @platformatic/kafka against it, by records a second, and by records a second of its processor time:`,
    '',
    table(['path', 'wanted', 'rate', 'CPU', ''], rows),
    '',
    `It ${fast ? 'is faster by that on all three' : 'is not faster by that on all three'}, ${equal}: ${fast && lacks.length === 0 ? '**it should be offered**' : 'libs/kafka stays with kafkajs'}.`,
  ];
}
