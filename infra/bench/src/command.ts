// The command line of the benchmarks, read and checked.
import { parseArgs } from 'node:util';
import { parsePeers } from './peers.js';
import type { SinkCommand } from './warehouse/command-sink.js';

export const HELP = `Measures Tideway on a platform of its own, and writes docs/benchmarks.md.

  npm run bench -- [warehouse|latency|peers|all] [options]

  warehouse       the same records into ClickHouse: by its Kafka engine, by the warehouse service, by decoding
  latency         from the receipt of an event to the change of a membership, with the whole mesh running
  peers           what else there is, also as npm run bench:peers: the ways of \`warehouse\` with further sinks, and Kafka clients
  all             warehouse and latency (default)

  --records N     warehouse, peers: records of a round (default 1000000)
  --rounds N      warehouse, peers: rounds of each, in turn (default 3)
  --ways A,B      warehouse: only these of engine-default, engine, tideway, engine-tuned, json; for who works on one of them
  --rates N,N     latency: events per second, one run each (default 500,2000)
  --seconds N     latency: seconds that are measured (default 60)
  --warm-up N     latency: seconds before (default 20)
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

Everything runs below .tideway/bench and is deleted at the end. Run it on a machine that does nothing else.
`;

export interface Command {
  warehouse?: { records: number; rounds: number; ways?: string[]; sinks?: SinkCommand[] };
  latency?: { rates: number[]; seconds: number; warmUpSeconds: number };
  clients?: { records: number; rounds: number };
  write: boolean;
}

const OPTIONS = {
  records: { type: 'string', default: '1000000' },
  rounds: { type: 'string', default: '3' },
  ways: { type: 'string' },
  rates: { type: 'string', default: '500,2000' },
  seconds: { type: 'string', default: '60' },
  'warm-up': { type: 'string', default: '20' },
  sinks: { type: 'boolean', default: false },
  clients: { type: 'boolean', default: false },
  sink: { type: 'string', multiple: true, default: [] as string[] },
  write: { type: 'boolean', default: true },
  help: { type: 'boolean', default: false },
} as const;

const PARTS = ['warehouse', 'latency', 'peers', 'all'];

/** Reads arguments (without node and script); 'help' if asked for. Throws an Error that says what to change. */
export function parseCommand(args: string[]): Command | 'help' {
  const { values, positionals } = parseArgs({ args, options: OPTIONS, allowPositionals: true, allowNegative: true });
  if (values.help) return 'help';
  const [part = 'all', ...more] = positionals;
  if (!PARTS.includes(part) || more.length > 0) throw new Error(`There is no benchmark "${positionals.join(' ')}": choose one of ${PARTS.join(', ')}.`);
  const warehouse = { records: number('--records', values.records), rounds: number('--rounds', values.rounds), ...(values.ways ? { ways: values.ways.split(',') } : {}) };
  if (part === 'peers') return { ...parsePeers(warehouse, values), write: values.write && !values.ways };
  const latency = {
    rates: values.rates.split(',').map((rate) => number('--rates', rate)),
    seconds: number('--seconds', values.seconds),
    warmUpSeconds: number('--warm-up', values['warm-up']),
  };
  return { ...(part === 'latency' ? {} : { warehouse }), ...(part === 'warehouse' ? {} : { latency }), write: values.write && !values.ways };
}

function number(name: string, text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new Error(`${name} takes whole numbers from 1 on, not "${text}". See --help.`);
}
