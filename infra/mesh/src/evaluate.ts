// `npm run evaluate`: how well the mesh resolves identity, against the truth of the simulated shop.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { errorText } from '@tideway/service';
import { connect } from './clients.js';
import { scoreIdentity, type IdentityScore } from './identity-score.js';
import { meshDir } from './mesh.js';
import { readPeople } from './truth.js';

function table({ identifiers, people, profiles, predictedPairs, truePairs, correctPairs, precision, recall, f1 }: IdentityScore): string[] {
  const lines: [string, string, string][] = [
    ['identifiers', String(identifiers), `seen by the mesh, of ${people} people in ${profiles} profiles`],
    ['precision', precision.toFixed(4), `${correctPairs} of ${predictedPairs} pairs in one profile are of one person`],
    ['recall', recall.toFixed(4), `${correctPairs} of ${truePairs} pairs of one person are in one profile`],
    ['f1', f1.toFixed(4), 'harmonic mean of both'],
  ];
  return ['identity, pairwise', ...lines.map(([name, value, meaning]) => `  ${name.padEnd(12)} ${value.padStart(8)}  ${meaning}`)];
}

async function main(): Promise<void> {
  const dir = meshDir();
  const people = await readPeople(dir);
  const file = path.join(dir, 'mesh.json');
  const running = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>) : {};
  const env = { ...running, ...process.env };
  if (!env['CLICKHOUSE_URL']) throw new Error('no mesh is running here: `npm start` in another terminal, or set KAFKA_BROKERS, SCHEMA_REGISTRY_URL and CLICKHOUSE_URL');
  const clients = connect(env);
  try {
    const rows = await clients.rows<{ identifier: string; profile_id: string }>('SELECT identifier, profile_id FROM customer.identities');
    const score = scoreIdentity(people, new Map(rows.map(({ identifier, profile_id: profile }) => [identifier, profile])));
    if (score.identifiers === 0) throw new Error(`ClickHouse knows none of the ${people.size} identifiers in ${dir}/truth.ndjson: it is the truth of another mesh, or nothing has been processed yet`);
    for (const line of table(score)) console.log(line);
  } finally {
    await clients.clickhouse.close();
  }
}

main().catch((error: unknown) => {
  console.error(errorText(error));
  process.exit(1);
});
