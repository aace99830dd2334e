// One named customer, followed from payload to product to profile to segment, with the milliseconds of each step.
import { productOf, type CustomerActivities, type PersonalizationProfiles, type SegmentsMemberships } from '@tideway/contracts';
import { Connections, demoCustomer, send } from '@tideway/simulator';
import type { Clients } from './clients.js';
import type { Mesh } from './mesh.js';
import { tailTopics, type TailedRecord } from './tail.js';

const STEP_TIMEOUT_MS = 10_000;
const FOLLOWED = ['customer.activities', 'segments.memberships', 'personalization.profiles'] as const;

/** Sends the story's steps and prints what each becomes. Returns false where a step did not arrive. */
export async function tellStory(mesh: Mesh, clients: Clients, print: (line: string) => void): Promise<boolean> {
  const customer = demoCustomer(Date.now().toString(36));
  const seen: (TailedRecord & { at: number })[] = [];
  const stop = await tailTopics(clients, FOLLOWED.map((id) => productOf(clients.products, id)), (record) => seen.push({ ...record, at: Date.now() }));
  const connections = new Connections();
  let complete = true;
  print(`Following ${customer.name} (user ${customer.userId}):`);
  try {
    for (const step of customer.steps) {
      const from = seen.length;
      const begin = Date.now();
      await send(step.request(), mesh.targets, { connections });
      const acknowledged = Date.now();
      const arrived = await waitForProfile(seen, from);
      complete &&= arrived;
      print(`  ${step.name}`);
      for (const line of describe(seen.slice(from), begin, acknowledged)) print(`      ${line}`);
    }
    await printRow(clients, customer.userId, print);
  } finally {
    connections.close();
    await stop();
  }
  return complete;
}

/** A step has arrived when a profile document came after an activity, and then nothing for a moment. */
async function waitForProfile(seen: { at: number; product: { id: string } }[], from: number): Promise<boolean> {
  const deadline = Date.now() + STEP_TIMEOUT_MS;
  while (Date.now() < deadline) {
    const news = seen.slice(from);
    const quiet = news.length > 0 && Date.now() - news.at(-1)!.at > 250;
    if (quiet && news.some(({ product }) => product.id === 'personalization.profiles')) return true;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return false;
}

function describe(records: (TailedRecord & { at: number })[], begin: number, acknowledged: number): string[] {
  const lines = [`${acknowledged - begin} ms  accepted: acknowledged by Kafka`];
  for (const { product, value, at } of records) {
    const ms = `${at - begin} ms`;
    if (product.id === 'customer.activities') {
      const { type, profile_id, identifier } = value as unknown as CustomerActivities;
      lines.push(`${ms}  activity ${type} of profile ${profile_id.slice(0, 8)} (${identifier.slice(0, 40)})`);
    } else if (product.id === 'segments.memberships') {
      const { change, segment, reason } = value as unknown as SegmentsMemberships;
      lines.push(`${ms}  segment ${segment}: ${change} (${reason})`);
    }
  }
  const document = records.filter(({ product, value }) => product.id === 'personalization.profiles' && value).at(-1);
  if (document) {
    const { version, identifiers, segments } = document.value as unknown as PersonalizationProfiles;
    lines.push(`${document.at - begin} ms  profile document, version ${version}: ${identifiers.length} identifiers, ${segments.length} segments`);
  }
  return lines;
}

async function printRow(clients: Clients, userId: string, print: (line: string) => void): Promise<void> {
  const rows = await clients.rows<{ n: number; ms: number }>(
    "SELECT count() AS n, max(dateDiff('millisecond', received_at, _inserted_at)) AS ms FROM web.orders_v1 WHERE identifiers['user_id'] = {user:String}",
    { user: userId },
  );
  if (rows[0]) print(`  in ClickHouse: ${rows[0].n} order row(s), ${rows[0].ms} ms after receipt`);
}
