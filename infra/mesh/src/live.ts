// The live picture of a running mesh: events per domain, lag, profiles, members of the largest segments, latency.
import type { Clients } from './clients.js';
import { lagByGroup } from './lag.js';
import type { Mesh } from './mesh.js';
import { quantile, scrape, sumBy, type Sample } from './scrape.js';

const INTERVAL_MS = 1_000;
const PLAIN_INTERVAL_MS = 5_000;
/** Segments that are shown with their size: the largest. */
const SHOWN = 10;

export interface Live {
  stop(): void;
  /** The picture of this moment, as lines. */
  picture(): Promise<string[]>;
}

/** Draws the picture each second on a terminal, and a line every five seconds elsewhere. */
export function showLive(mesh: Mesh, clients: Clients, sent: () => Record<string, number>): Live {
  const terminal = process.stdout.isTTY === true;
  let drawn = 0;
  let busy = false;
  const picture = () => draw(mesh, clients, sent());
  const tick = async () => {
    if (busy) return;
    busy = true;
    try {
      const lines = await picture();
      if (terminal) {
        process.stdout.write(`${drawn > 0 ? `\x1b[${drawn}A` : ''}${lines.map((line) => `\x1b[2K${line}`).join('\n')}\n`);
        drawn = lines.length;
      } else {
        console.log(lines.filter((line) => line.length > 0).map((line) => line.trim()).join(' | '));
      }
    } catch {
      // A part is being started again: the next picture shows it.
    } finally {
      busy = false;
    }
  };
  const timer = setInterval(() => void tick(), terminal ? INTERVAL_MS : PLAIN_INTERVAL_MS);
  return { stop: () => clearInterval(timer), picture };
}

async function draw(mesh: Mesh, clients: Clients, sent: Record<string, number>): Promise<string[]> {
  const [customer, segments, warehouse] = await Promise.all([scrape(mesh.urls.customer), scrape(mesh.urls.segments), scrape(mesh.urls.warehouse)]);
  const [lag, members, [profiles]] = await Promise.all([
    lagByGroup(clients),
    clients.rows<{ segment: string; n: number }>('SELECT segment, count() AS n FROM segments.members GROUP BY segment ORDER BY n DESC, segment'),
    clients.rows<{ n: number }>('SELECT uniqExact(profile_id) AS n FROM customer.identities'),
  ]);
  return [
    `events    ${Object.entries(sent).map(([domain, n]) => `${domain} ${n}`).join('   ')}`,
    `lag       ${Object.entries(lag).map(([group, n]) => `${group} ${n}`).join('   ')}`,
    `profiles  ${profiles?.n ?? 0}   identifiers ${sumBy(customer, 'tideway_customer_identifiers').get('') ?? 0}   merges ${sumBy(customer, 'tideway_customer_merges_total').get('') ?? 0}`,
    `segments  ${members.slice(0, SHOWN).map(({ segment, n }) => `${segment} ${n}`).join('   ') || 'nobody yet'}${members.length > SHOWN ? `   and ${members.length - SHOWN} more` : ''}`,
    `latency   event to segment ${latency(segments, 'tideway_event_to_membership_seconds')}   event to row ${latency(warehouse, 'tideway_event_to_row_seconds')}`,
  ];
}

/** p50 and p99 in ms. */
export function latency(samples: Sample[], name: string, since?: Sample[]): string {
  const ms = (q: number) => {
    const seconds = quantile(samples, name, q, since);
    return seconds === undefined ? '–' : `${Math.round(seconds * 1000)} ms`;
  };
  return `p50 ${ms(0.5)}, p99 ${ms(0.99)}`;
}
