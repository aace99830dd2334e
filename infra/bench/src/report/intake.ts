// The section of docs/benchmarks.md about the intake: events that the web service takes in, and what they cost.
import type { LoadName } from '../intake/calls.js';
import type { ContenderName } from '../intake/contenders.js';
import type { IntakeRound, IntakeRun } from '../intake/run.js';
import { median } from '../statistics.js';
import { about } from './about.js';
import type { Results } from './results.js';
import { decimal, goal, table } from './table.js';

/** Events a second on two cores, broker and load generator included. */
export const INTAKE_GOALS: Record<LoadName, number> = { batches: 8_000, single: 2_500 };

const NAMES: Record<ContenderName, string> = { tideway: 'Tideway: the web service', usual: 'Node, as usual' };
const TITLES: Record<LoadName, string> = { batches: 'events/s in batches of 100', single: 'single requests/s' };

const of = ({ rounds }: IntakeRun, figure: (round: IntakeRound) => number) => median(rounds.map(figure));
const rate = (run: IntakeRun) => of(run, ({ eventsPerSecond }) => eventsPerSecond);
const perCpu = (run: IntakeRun, who: keyof IntakeRound['cpuSeconds']) => of(run, ({ events, cpuSeconds }) => events / cpuSeconds[who]);

export function intakeSection(result: NonNullable<Results['intake']>): string[] {
  const { loads, runs, rounds, seconds, warmUpSeconds } = result;
  return [
    '## Intake',
    '',
    about(result, true),
    '',
    `The web service, one Kafka broker and the registry run, and nothing else of the mesh. Track calls of Segment's of ${decimal(loads.batches.bytes)} bytes, each of which becomes one record, are sent by the load generator, a process of its own, in a closed loop: ${loads.batches.connections} connections with a batch of ${loads.batches.perRequest} (\`POST /v1/batch\`) in flight on each, then ${loads.single.connections} with a single call (\`POST /v1/track\`). Answers come after Kafka's acknowledgement (acks from all); each has to be 2xx and to accept everything, and what was accepted has to stand on the topic, or the run does not count. After ${warmUpSeconds} s, ${seconds} s are measured. Medians of ${rounds} rounds, in turn, each with a new process.`,
    '',
    '"Node, as usual" is what one would write oneself: Fastify with its check of the body by a JSON schema, and a kafkajs `send` of JSON for each request, with kafkajs\' defaults. It knows no keys, no limits, no contract, no Avro, no event ids that survive a resend, no quarantine, and its producer is not idempotent.',
    ...(Object.keys(loads) as LoadName[]).flatMap((load) => ['', `### ${load === 'batches' ? `Batches of ${loads.batches.perRequest}` : 'Single requests'}`, '', loadTable(runs.filter((run) => run.load === load))]),
    '',
    table(['goal', 'wanted', 'measured', ''], (Object.keys(loads) as LoadName[]).flatMap((load) => goals(runs, load))),
    '',
    ...(Object.keys(loads) as LoadName[]).flatMap((load) => ratio(runs, load)),
    '',
    `Again: \`npm run bench -- intake --seconds ${seconds} --warm-up ${warmUpSeconds} --rounds ${rounds}\``,
  ];
}

function loadTable(runs: IntakeRun[]): string {
  const whole = (value: number) => decimal(value);
  return table(
    ['way', 'events/s', 'per CPU-s of the service', 'per CPU-s of the broker', 'cores: service', 'broker', 'load', 'answer p50', 'p99', 'rounds (events/s)'],
    runs.map((run) => [
      NAMES[run.name], whole(rate(run)), whole(perCpu(run, 'service')), whole(perCpu(run, 'broker')),
      ...(['service', 'broker', 'load'] as const).map((who) => decimal(of(run, (round) => round.cpuSeconds[who] / round.seconds), 2)),
      `${decimal(of(run, ({ answerMs }) => answerMs.p50), 1)} ms`, `${decimal(of(run, ({ answerMs }) => answerMs.p99), 1)} ms`,
      run.rounds.map(({ eventsPerSecond }) => whole(eventsPerSecond)).join(' / '),
    ]),
  );
}

const find = (runs: IntakeRun[], name: ContenderName, load: LoadName) => runs.find((run) => run.name === name && run.load === load);

function goals(runs: IntakeRun[], load: LoadName): string[][] {
  const run = find(runs, 'tideway', load);
  if (!run) return [];
  return [goal(TITLES[load], decimal(INTAKE_GOALS[load]), decimal(rate(run)), rate(run) >= INTAKE_GOALS[load])];
}

function ratio(runs: IntakeRun[], load: LoadName): string[] {
  const [ours, usual] = [find(runs, 'tideway', load), find(runs, 'usual', load)];
  if (!ours || !usual) return [];
  const times = (value: number) => `${decimal(value, 2)} times`;
  return [`Against Node as usual, ${load === 'batches' ? 'in batches' : 'one by one'}: ${times(rate(ours) / rate(usual))} the events a second, ${times(perCpu(ours, 'service') / perCpu(usual, 'service'))} the events per CPU-second of the service, ${times(perCpu(ours, 'broker') / perCpu(usual, 'broker'))} those of the broker.`];
}
