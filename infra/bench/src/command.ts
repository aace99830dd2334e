// The command line of the benchmarks, read and checked.
import { parseArgs } from 'node:util';
import type { HeldOptions } from './held/run.js';
import type { IntakeOptions } from './intake/run.js';
import type { LoadOptions } from './load/run.js';
import { parsePeers } from './peers.js';
import type { StreamsOptions } from './streams/run.js';
import { parseSegments, SEGMENTS_HELP, SEGMENTS_OPTIONS } from './segments/command.js';
import type { SegmentsOptions } from './segments/run.js';
import type { SegmentsStartOptions } from './segments-start/run.js';
import type { SegmentsTimersOptions } from './segments-timers/run.js';
import type { SinkCommand } from './warehouse/command-sink.js';

export const HELP = `Measures Tideway on a platform of its own, and writes docs/benchmarks.md.

  npm run bench -- [warehouse|latency|intake|load|held|soak|segments|segments-start|segments-timers|peers|streams|all] [options]

  warehouse       the same records into ClickHouse: by its Kafka engine, by the warehouse service, by decoding
  latency         from the receipt of an event to the change of a membership, with the whole mesh running
  intake          events that the web service takes in, in batches and one by one, against what one would write oneself
  load            what the load generator can do, against a server that answers at once
  held            the highest rate that the whole mesh holds, with a new mesh for each that is tried
  soak            a long time at a steady rate: memory, lag, parts, latency, and pictures of them
  segments        many segments: event to membership, the highest rate, cost per event, backfill, previews, growth; see below
  segments-start  the segments service with very many profiles: until it evaluates, and its memory
  segments-timers how late profiles are evaluated whose time comes, very many within a minute
  peers           what else there is, also as npm run bench:peers: the ways of \`warehouse\` with further sinks, and Kafka clients
  streams         five segments by ours and by Kafka Streams, of the same topic: about 7 minutes, 2 of them before the first figure;
                  downloads 96 MB from Maven Central once, a compiler among it: a JRE of Java 17 will do
  all             warehouse and latency (default)

  --records N     warehouse, peers: records of a round (default 1000000); streams: activities of the time before
  --rounds N      warehouse, peers, intake, segments: rounds of each, in turn (default 3)
  --ways A,B      warehouse: only these of engine-default, engine, tideway, engine-tuned, json; for who works on one of them
  --rates N,N     latency: events per second, one run each (default 500,2000)
  --seconds N     latency, held, streams: seconds that are measured (default 60); load, intake: of each run (default 20)
  --warm-up N     latency, held, intake, streams: seconds before (default 20, 30, 10, 20)
  --from N        held: events per second of the first try (default 1000)
  --to N          held: the most that is tried (default 6000)
  --resolution N  held: how exactly, in events per second (default 250)
  --limit N       held: ms that p99 from event to membership must stay below (default 700)
  --segments N    held: so many segments, made for it, instead of those of schemas/
  --minutes N     soak: minutes (default 60)
  --rate N        load: events per second of the run at a pace (default 6000); soak: events per second (default
                  half of the highest rate of the last \`held\` in docs/benchmarks.json); streams: activities per second (default 2000)
  --people N      soak: how many people (default: as many as all come in the first sixth of the time, 50000 at most); streams
                  (default 100000)
  --cache-mb N    soak: memory of the profiles that segments keep in it, per partition (default: as the service has it)
  --profiles N    segments-start, segments-timers: profiles (default 1000000)
  --timers N      segments-timers: further profiles, with a timer each (default 100000)
  --spread N      segments-timers: seconds over which the timers are due (default 60)
  --sinks         peers: only the ways into ClickHouse
  --clients       peers: only the Kafka clients
  --sink NAME=COMMAND
                  peers: a further way into ClickHouse, as often as wanted; see below
  --no-write      leave docs/benchmarks.md as it is
  --help          this text

A further sink is a command for /bin/sh, started in the project's folder. It reads the whole topic in its consumer group
into the table, which is there, empty, with the columns _partition, _offset and those of the records; a row says where its
record came from. It is ended when the rows are in (SIGTERM, after 10 s SIGKILL, its whole process group). Its environment:

  BENCH_TOPIC, BENCH_GROUP              what to read, and in which consumer group
  BENCH_DATABASE, BENCH_TABLE           where to write
  KAFKA_BROKERS                         host:port
  SCHEMA_REGISTRY_URL                   of a Confluent-compatible registry; records are in its wire format, Avro
  CLICKHOUSE_URL, CLICKHOUSE_USERNAME, CLICKHOUSE_PASSWORD
  TIDEWAY_SCHEMAS                       a folder as schemas/, with the product bench.impressions in it

${SEGMENTS_HELP}
Everything runs below .tideway/bench and is deleted at the end; Ctrl-C stops all of it. Run it on a machine that does
nothing else. Ends with 0, or with 1 where something failed or a promise of a soak was missed.
`;

export interface Command {
  warehouse?: { records: number; rounds: number; ways?: string[]; sinks?: SinkCommand[] };
  latency?: { rates: number[]; seconds: number; warmUpSeconds: number };
  intake?: IntakeOptions;
  load?: LoadOptions;
  held?: HeldOptions;
  /** Without a rate: half of the highest that is held. */
  soak?: { minutes: number; rate?: number; people?: number; cacheMb?: number };
  segments?: SegmentsOptions;
  segmentsStart?: SegmentsStartOptions;
  segmentsTimers?: SegmentsTimersOptions;
  clients?: { records: number; rounds: number };
  streams?: StreamsOptions;
  write: boolean;
}

const OPTIONS = {
  records: { type: 'string', default: '1000000' },
  rounds: { type: 'string', default: '3' },
  ways: { type: 'string' },
  rates: { type: 'string', default: '500,2000' },
  seconds: { type: 'string' },
  'warm-up': { type: 'string' },
  from: { type: 'string', default: '1000' },
  to: { type: 'string', default: '6000' },
  resolution: { type: 'string', default: '250' },
  limit: { type: 'string', default: '700' },
  minutes: { type: 'string', default: '60' },
  rate: { type: 'string' },
  people: { type: 'string' },
  'cache-mb': { type: 'string' },
  profiles: { type: 'string', default: '1000000' },
  timers: { type: 'string', default: '100000' },
  ...SEGMENTS_OPTIONS,
  spread: { type: 'string', default: '60' },
  sinks: { type: 'boolean', default: false },
  clients: { type: 'boolean', default: false },
  sink: { type: 'string', multiple: true, default: [] as string[] },
  write: { type: 'boolean', default: true },
  help: { type: 'boolean', default: false },
} as const;

const PARTS = ['warehouse', 'latency', 'intake', 'load', 'held', 'soak', 'segments', 'segments-start', 'segments-timers', 'peers', 'streams', 'all'];
/** The field of Command that a part has, where it is named otherwise. */
const FIELDS: Readonly<Record<string, string>> = { 'segments-start': 'segmentsStart', 'segments-timers': 'segmentsTimers' };

/** Reads arguments (without node and script); 'help' if asked for. Throws an Error that says what to change. */
export function parseCommand(args: string[]): Command | 'help' {
  const { values, positionals } = parseArgs({ args, options: OPTIONS, allowPositionals: true, allowNegative: true });
  if (values.help) return 'help';
  const [part = 'all', ...more] = positionals;
  if (!PARTS.includes(part) || more.length > 0) throw new Error(`There is no benchmark "${positionals.join(' ')}": choose one of ${PARTS.join(', ')}.`);
  const warehouse = { records: number('--records', values.records), rounds: number('--rounds', values.rounds), ...(values.ways ? { ways: values.ways.split(',') } : {}) };
  if (part === 'peers') return { ...parsePeers(warehouse, values), write: values.write && !values.ways };
  const span = (seconds: number, warmUpSeconds: number) => ({ seconds: optional('--seconds', values.seconds) ?? seconds, warmUpSeconds: optional('--warm-up', values['warm-up']) ?? warmUpSeconds });
  const [rate, people, cacheMb] = [optional('--rate', values.rate), optional('--people', values.people), optional('--cache-mb', values['cache-mb'])];
  const isGiven = (name: string) => args.some((arg) => arg === `--${name}` || arg.startsWith(`--${name}=`));
  const profiles = number('--profiles', values.profiles);
  const parts: Omit<Command, 'write'> = {
    warehouse,
    latency: { rates: values.rates.split(',').map((one) => number('--rates', one)), ...span(60, 20) },
    intake: { ...span(20, 10), rounds: warehouse.rounds },
    load: { rate: rate ?? 6_000, seconds: span(20, 1).seconds },
    held: { from: number('--from', values.from), to: number('--to', values.to), resolution: number('--resolution', values.resolution), ...span(60, 30), limitMs: number('--limit', values.limit), ...(isGiven('segments') ? { segments: number('--segments', values.segments) } : {}) },
    streams: { records: warehouse.records, people: people ?? 100_000, rate: rate ?? 2_000, ...span(60, 20) },
    soak: { minutes: number('--minutes', values.minutes), ...(rate === undefined ? {} : { rate }), ...(people === undefined ? {} : { people }), ...(cacheMb === undefined ? {} : { cacheMb }) },
    segments: parseSegments(isGiven, values, number),
    segmentsStart: { profiles },
    segmentsTimers: { profiles, timers: number('--timers', values.timers), spreadSeconds: number('--spread', values.spread) },
  };
  const wanted = part === 'all' ? ['warehouse', 'latency'] : [FIELDS[part] ?? part];
  return { ...Object.fromEntries(Object.entries(parts).filter(([name]) => wanted.includes(name))), write: values.write && !values.ways };
}

function optional(name: string, text: string | undefined): number | undefined {
  return text === undefined ? undefined : number(name, text);
}

function number(name: string, text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new Error(`${name} takes whole numbers from 1 on, not "${text}". See --help.`);
}
