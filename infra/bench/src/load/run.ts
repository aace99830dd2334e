// What the load generator can do: against a plain HTTP server that answers at once, as fast as it can and at a pace.
import { fork } from 'node:child_process';
import path from 'node:path';
import type { Targets } from '@tideway/simulator';
import type { Workplace } from '@tideway/mesh';
import type { LoadResult } from './generator.js';
import { POPULATION } from './population.js';
import { startLoad } from './start.js';
import type { LoadTimings } from './timings.js';

export interface LoadOptions {
  seconds: number;
  /** Events a second of the run at a pace. */
  rate: number;
}

export interface LoadFigures {
  eventsPerSecond: number;
  /** Processor time of the generator. */
  cpuMicrosPerEvent: number;
  cores: number;
  timings: LoadTimings;
}

export interface GeneratorResult extends LoadOptions {
  /** As fast as answers come, with 8 requests in flight. */
  most: LoadFigures;
  /** Open loop. */
  paced: LoadFigures & { keptSchedule: boolean };
}

/** More events than any run has: it ends by time. */
const ENDLESS = 1_000_000_000_000;

export async function runLoad(workplace: Workplace, options: LoadOptions, onProgress: (line: string) => void): Promise<GeneratorResult> {
  const { seconds, rate } = options;
  const server = fork(path.join(import.meta.dirname, 'answering-server.js'), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const stopServer = workplace.onClose(async () => void server.kill('SIGKILL'));
  try {
    const port = await new Promise<number>((resolve, reject) => {
      server.once('message', (message) => resolve(message as number));
      server.once('exit', () => reject(new Error('the answering server did not start: see above')));
    });
    const url = `http://127.0.0.1:${port}`;
    const targets: Targets = { webUrl: url, crmUrl: url, webWriteKey: 'key', hubspotSecret: 'secret', hubspotWebhookUrl: `${url}/webhooks/hubspot`, crmImportKey: 'key' };
    const send = async (eventsPerSecond?: number): Promise<LoadResult> => {
      onProgress(`the generator, ${eventsPerSecond === undefined ? 'as fast as it can' : `at ${eventsPerSecond} events/s`}, for ${seconds} s…`);
      const load = startLoad({ targets, simulation: { ...POPULATION, events: ENDLESS }, eventsPerSecond, seconds, answersInPath: true });
      const stopLoad = workplace.onClose(async () => load.stop());
      const result = await load.result.finally(stopLoad);
      const [difference] = result.totals.differences;
      if (difference !== undefined) throw new Error(`the answering server answered otherwise than it was asked to: ${difference}`);
      return result;
    };
    const most = figures(await send());
    const paced = await send(rate);
    return { ...options, most, paced: { ...figures(paced), keptSchedule: paced.keptSchedule } };
  } finally {
    await stopServer();
  }
}

function figures({ totals, seconds, cpuSeconds, timings }: LoadResult): LoadFigures {
  return { eventsPerSecond: totals.sent / seconds, cpuMicrosPerEvent: (cpuSeconds / totals.sent) * 1e6, cores: cpuSeconds / seconds, timings };
}
