// A segment that is added under load: its file appears, and the service that evaluates it starts anew.
import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import path from 'node:path';
import { verdict } from '../checker/verdict.js';
import type { RunFault } from './fault.js';

const MEMBERS_TIMEOUT_MS = 180_000;

/** People who have looked at something must become members, those of before as well; what SQL says is checked at the end. */
export const segment: RunFault = async ({ arena, clients, evidence, random }, { seed }) => {
  const name = `chaos-${seed.toString(36)}`;
  writeFileSync(path.join(arena.schemas, 'segments', `${name}.yaml`), definition(name, random.int(1, 3)));
  await arena.stopService('segments');
  await arena.startService('segments');
  let members = 0;
  for (const deadline = Date.now() + MEMBERS_TIMEOUT_MS; members === 0 && Date.now() < deadline; await sleep(200)) {
    const [row] = await clients.rows<{ n: number }>('SELECT count() AS n FROM segments.memberships_v1 WHERE segment = {name:String}', { name });
    members = Number(row!.n);
  }
  evidence.verdicts.push(verdict('added segment', members > 0, members > 0 ? 'people entered it' : `nobody entered ${name}, though people look at products all the time`));
};

function definition(name: string, least: number): string {
  return [
    `name: ${name}`,
    'version: 1',
    'description: Looked at products within a week',
    'owner: chaos',
    'purpose: personalization',
    'when:',
    '  all:',
    `    - { trait: distinct_products_7d, gte: ${least} }`,
    'cases:',
    '  - name: nothing looked at',
    '    activities: []',
    '    member: false',
    '',
  ].join('\n');
}
