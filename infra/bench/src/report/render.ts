// docs/benchmarks.md from what was measured: goals, results, how to measure them again, and where they are missed.
import type { LatencyResult } from '../latency/run.js';
import type { ContenderResult } from '../warehouse/run.js';
import { about } from './about.js';
import { clients } from './clients.js';
import type { Results } from './results.js';
import { median } from '../statistics.js';
import { heldSections } from './held.js';
import { intakeSection } from './intake.js';
import { loadSection } from './load.js';
import { segmentsSection } from './many-segments.js';
import { segmentsStartSection } from './segments-start.js';
import { segmentsTimersSection } from './segments-timers.js';
import { soakSection } from './soak.js';
import { streamsSection } from './streams.js';
import { decimal, goal, ms, table } from './table.js';

/** What the project sets out to reach. */
export const GOALS = { rowsRatio: 3.5, cpuShare: 0.4, p50Ms: 150, p99Ms: 700 };

const DESCRIPTIONS: Record<string, string> = {
  tideway: 'Tideway: the warehouse service',
  'engine-default': 'ClickHouse, Kafka engine, as it is: one consumer',
  engine: 'ClickHouse, Kafka engine: two consumers',
  'engine-tuned': 'ClickHouse, Kafka engine, tuned: two consumers with a thread each, flushed every 500 ms',
  json: 'Node, as usual: decode every record, insert JSONEachRow',
};

/** What the goals are measured against. */
const ENGINES: Record<string, string> = { 'engine-default': 'the Kafka engine as it is', engine: 'the Kafka engine with two consumers', 'engine-tuned': 'the tuned Kafka engine' };

/** The page, in Markdown; a part that was never measured is left out. */
export function render(results: Results): string {
  return [
    '# Benchmarks',
    '',
    'Written by `npm run bench`, with every single figure in [benchmarks.json](benchmarks.json). Everything runs on one machine: Kafka, the schema registry, ClickHouse, the services, the load and the measurement. Times are those of that machine; ratios travel better.',
    ...(results.warehouse ? ['', ...warehouse(results.warehouse)] : []),
    ...(results.latency ? ['', ...latency(results.latency)] : []),
    ...(results.intake ? ['', ...intakeSection(results.intake)] : []),
    ...(results.load ? ['', ...loadSection(results.load)] : []),
    ...(results.held ? ['', ...heldSections(results.held)] : []),
    ...(results.soak ? ['', ...soakSection(results.soak)] : []),
    ...(results.segments ? ['', ...segmentsSection(results.segments)] : []),
    ...(results.segmentsStart ? ['', ...segmentsStartSection(results.segmentsStart)] : []),
    ...(results.segmentsTimers ? ['', ...segmentsTimersSection(results.segmentsTimers)] : []),
    ...(results.clients ? ['', ...clients(results.clients)] : []),
    ...(results.streams ? ['', ...streamsSection(results.streams)] : []),
  ].join('\n');
}

function warehouse(result: NonNullable<Results['warehouse']>): string[] {
  const { records, rounds, contenders, sameRows, sinks = [] } = result;
  const commands = new Map(sinks.map(({ name, command }) => [name, `${name}: \`${command}\``]));
  const tideway = contenders.find(({ name }) => name === 'tideway');
  const others = contenders.filter(({ name }) => name in ENGINES);
  return [
    '## Kafka into ClickHouse',
    '',
    about(result),
    '',
    `${decimal(records)} records of twelve columns (uuid, timestamps, strings, nullable ones, an enum, a long, a boolean) lie on a topic of 6 partitions, in the Confluent wire format. Each way reads all of them into an empty MergeTree table with the same columns and order. Time and processor seconds count from the moment at which the consumer group has its first member to the moment at which \`count()\` is complete; processor seconds are those of Kafka, the registry, ClickHouse and, where it has one, its own process, which starts cold. Medians of ${rounds} rounds, in turn.`,
    '',
    table(
      ['way', 'seconds', 'rows/s', 'CPU-s', 'of it ClickHouse', 'of it its own process', 'merges afterwards', 'rounds (s)', 'rounds (CPU-s)'],
      contenders.map((one) => [
        DESCRIPTIONS[one.name] ?? commands.get(one.name) ?? one.name, decimal(one.seconds, 2), decimal(records / one.seconds), decimal(one.cpuSeconds, 2),
        decimal(medianCpu(one, ['clickhouse']), 2), decimal(medianCpu(one, [...NODES, ...commands.keys()]), 2), decimal(one.mergeCpuSeconds, 2),
        one.rounds.map(({ seconds }) => decimal(seconds, 2)).join(', '), one.rounds.map(({ cpuSeconds }) => decimal(cpuSeconds, 2)).join(', '),
      ]),
    ),
    '',
    table(['goal', 'wanted', 'measured', ''], tideway ? others.flatMap((other) => goals(tideway, other)) : []),
    '',
    sameRows ? 'All tables held the same rows in every round: the sums of a hash over all columns, partition and offset included, are equal.' : '**The tables did not hold the same rows**: do not trust these figures.',
    ...notes,
    '',
    `Again: \`npm run ${sinks.length > 0 ? 'bench:peers -- --sinks' : 'bench -- warehouse'} --records ${records} --rounds ${rounds}${sinks.map(({ name, command }) => ` --sink '${name}=${command}'`).join('')}\``,
  ];
}

/** Names of the processes that consume, where ClickHouse does not do it itself. */
const NODES = ['warehouse', 'decoding-consumer'];

function medianCpu({ rounds }: ContenderResult, names: string[]): number {
  return median(rounds.map(({ cpu }) => names.reduce((sum, name) => sum + (cpu[name] ?? 0), 0)));
}

const notes = [
  '',
  'The Kafka engine gives at-least-once: after a crash a block may be in the table twice. The warehouse announces each block in Kafka before it inserts it, adds columns of new schemas, and sends what cannot be a row to quarantine; those costs are in its figures.',
  '',
  'Any other way can take part: `npm run bench:peers -- --sinks --sink NAME=COMMAND` starts a command that is given what to read and where to write by its environment (`BENCH_TOPIC`, `BENCH_GROUP`, `BENCH_DATABASE`, `BENCH_TABLE`, `KAFKA_BROKERS`, `SCHEMA_REGISTRY_URL`, `CLICKHOUSE_URL`, `CLICKHOUSE_USERNAME`, `CLICKHOUSE_PASSWORD`), and is ended when the rows are in. It counts with all that it starts; `npm run bench -- --help` says more.',
];

function goals(tideway: ContenderResult, other: ContenderResult): string[][] {
  const ratio = other.seconds / tideway.seconds;
  const share = tideway.cpuSeconds / other.cpuSeconds;
  const name = ENGINES[other.name]!;
  return [
    goal(`rows/s against ${name}`, `${GOALS.rowsRatio} times`, `${decimal(ratio, 2)} times`, ratio >= GOALS.rowsRatio),
    goal(`CPU against ${name}`, `at most ${decimal(GOALS.cpuShare * 100)} %`, `${decimal(share * 100)} %`, share <= GOALS.cpuShare),
  ];
}

function latency(result: NonNullable<Results['latency']>): string[] {
  const { runs } = result;
  const first = runs[0]!;
  return [
    '## Event to membership',
    '',
    about(result),
    '',
    `The whole mesh runs: ${first.processes.filter(({ name }) => !['load', 'bench'].includes(name)).length} processes. The simulator posts native events, in batches as Segment and HubSpot send them, at a fixed rate however long answers take (open loop), from a process of its own; HTTP's p99 counts from sending, and from when a request was due. After ${first.warmUpSeconds} s, ${first.seconds} s are measured. An event's time begins when a domain service has received it, and ends for the first two columns when segments has committed the membership that it changed (the service's own histogram), for the next three when a consumer of \`segments.memberships.v1\` has that change (each change counted, against the \`received_at\` of its event).`,
    '',
    table(
      ['events/s', 'commit p50', 'commit p99', 'consumer p50', 'consumer p99', 'consumer max', 'changes', 'taken in/s', 'HTTP p99', 'from due', 'lag (begin, middle, end)', 'left at the end'],
      runs.map((run) => [
        decimal(run.eventsPerSecond), ms(run.histogram.p50), ms(run.histogram.p99), ms(run.observed.p50), ms(run.observed.p99), ms(run.observed.max), decimal(run.observed.count),
        decimal(run.takenPerSecond), ms(run.answerMs.p99), ms(run.timings?.fromDue.p99), run.lag.map((n) => decimal(n)).join(', '), `${decimal(run.catchUpSeconds, 1)} s`,
      ]),
    ),
    '',
    table(['goal', 'wanted', 'measured', ''], runs.flatMap(latencyGoals)),
    '',
    'Cores used and resident memory, by process:',
    '',
    table(['process', ...runs.flatMap(({ eventsPerSecond }) => [`cores at ${decimal(eventsPerSecond)}/s`, 'memory'])], first.processes.map(({ name }) => [name, ...runs.flatMap((run) => costs(run, name))])),
    ...runs.filter(({ keptSchedule }) => keptSchedule === false).map((run) => `\n**The run at ${run.eventsPerSecond} events/s does not count**: the load generator was behind by ${ms(run.timings?.behind.p99)} (p99), ${ms(run.timings?.behind.max)} at most.`),
    ...runs.filter(({ differences }) => differences.length > 0).map((run) => `\nAt ${run.eventsPerSecond} events/s, ${run.differences.length} answers were not as expected, the first: ${run.differences[0]}.`),
    '',
    `Again: \`npm run bench -- latency --rates ${runs.map((run) => run.eventsPerSecond).join(',')} --seconds ${first.seconds} --warm-up ${first.warmUpSeconds}\``,
  ];
}

function latencyGoals(run: LatencyResult): string[][] {
  const { eventsPerSecond, histogram, observed, takenPerSecond } = run;
  const p50 = Math.max(histogram.p50, observed.p50);
  const p99 = Math.max(histogram.p99, observed.p99);
  return [
    goal(`p50 at ${decimal(eventsPerSecond)} events/s, the slower of both`, `under ${GOALS.p50Ms} ms`, ms(p50), p50 < GOALS.p50Ms),
    goal(`p99 at ${decimal(eventsPerSecond)} events/s, the slower of both`, `under ${GOALS.p99Ms} ms`, ms(p99), p99 < GOALS.p99Ms),
    // Batches make the count of a minute uneven by themselves.
    goal(`rate of ${decimal(eventsPerSecond)} events/s held`, 'at least 98 %', `${decimal((takenPerSecond / eventsPerSecond) * 100, 1)} %`, takenPerSecond >= eventsPerSecond * 0.98),
  ];
}

function costs(run: LatencyResult, name: string): string[] {
  const found = run.processes.find((process) => process.name === name);
  return found ? [decimal(found.cores, 2), `${decimal(found.rssMb)} MB`] : ['', ''];
}
