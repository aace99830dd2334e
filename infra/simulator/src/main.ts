// The simulator as a command: sends a shop's events to running services and prints what became of them.
import { HELP, parseCommand } from './command.js';
import { replay } from './replay.js';
import { simulate } from './simulate.js';

const PROGRESS_EVERY_MS = 5_000;

async function main(): Promise<number> {
  const command = parseCommand(process.argv.slice(2), process.env);
  if (command === 'help') {
    process.stdout.write(HELP);
    return 0;
  }
  const { simulation, targets, eventsPerSecond, concurrency } = command;
  const abort = new AbortController();
  process.once('SIGINT', () => abort.abort());
  process.once('SIGTERM', () => abort.abort());
  let answered = 0;
  const progress = setInterval(() => process.stderr.write(`${answered} of ${simulation.events} events answered\n`), PROGRESS_EVERY_MS);
  try {
    const onAnswer = (request: { events: number }) => void (answered += request.events);
    const totals = await replay(simulate(simulation), targets, { eventsPerSecond, concurrency, onAnswer, signal: abort.signal });
    process.stdout.write(`${JSON.stringify(totals, null, 2)}\n`);
    return totals.differences.length === 0 && totals.unknown === 0 ? 0 : 1;
  } finally {
    clearInterval(progress);
  }
}

main().then((code) => {
  process.exitCode = code;
}, (error: unknown) => {
  process.stderr.write(`The simulator could not start: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
});
