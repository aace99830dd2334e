// The section of docs/benchmarks.md about a soak: its promises, figures and pictures.
import { PICTURES } from '../soak/pictures.js';
import type { SoakResult } from '../soak/run.js';
import { FLAT_MEMORY, FLAT_PARTS, MOST_PARTS, type MemoryFigures } from '../soak/verdicts.js';
import { about } from './about.js';
import type { Results } from './results.js';
import { decimal, ms, table } from './table.js';

export function soakSection(result: NonNullable<Results['soak']>): string[] {
  const { minutes, rate, people, cacheMb, figures, findings, timings, catchUpSeconds, totals } = result;
  return [
    '## Soak',
    '',
    about(result),
    '',
    `${decimal(minutes)} minutes at ${decimal(rate)} events/s: ${decimal(totals.sent)} native events of a fixed population of ${decimal(people)} people, who all come in the first sixth of the time, so that afterwards the number of profiles does not grow; from then on they come by Zipf's law. Every ten seconds it is looked at. The first sixth is the warm-up; medians of the second and of the last sixth are compared. Memory is flat where it rose by no more than ${FLAT_MEMORY.share * 100} % or ${FLAT_MEMORY.mb} MB, whichever is more, beside what is remembered of each event: customer keeps ids of eight days, 16 to 46 bytes each, sessions what visitors of a day did, 11 bytes an event and 200 a visit, segments the states of all profiles and what those in memory did, and personalization their documents, as they say in their metrics${cacheMb === undefined ? '' : `. Segments keep ${cacheMb} MB of profiles in each of six partitions (\`SEGMENTS_CACHE_MB\`), so that memory for them is full, as it is where there are more people, and those who come rarely are read from ClickHouse`}; what lives, the heap in use after a full collection, by the same rule with nothing beside, as resident memory also has what V8 collects later, and the room that it keeps between what lives; lag where it rose by no more than a second's worth of events; parts are bounded where no table ever has more than ${MOST_PARTS} and all together rose by no more than ${FLAT_PARTS.share * 100} % or ${FLAT_PARTS.parts}. At the end, everything that was sent is stored, in quarantine, rejected or a resend, and memberships are the same on the topic, in ClickHouse and by SQL, as \`npm start -- --exit\` checks it.`,
    '',
    table(['promise', '', ''], findings.map(({ name, ok, detail }) => [name, ok ? 'kept' : '**missed**', detail])),
    '',
    table(
      ['process', 'memory, second sixth', 'last sixth', 'MB/h', 'remembered, second sixth', 'last sixth', 'lives, second sixth', 'last sixth', 'MB/h'],
      figures.memory.map(memoryRow),
    ),
    '',
    table(['consumer group', 'lag, second sixth', 'last sixth', 'max'], figures.lag.map(({ group, before, after, max }) => [group, decimal(before), decimal(after), decimal(max)])),
    '',
    ...latencyTable(result),
    `HTTP, all ${decimal(timings.requests)} requests: p99 ${ms(timings.fromDue.p99)} from the moment at which they were due, ${ms(timings.fromSend.p99)} from that of sending; the generator was behind by ${ms(timings.behind.p99)} (p99), ${ms(timings.behind.max)} at most. At the end: ${decimal(figures.rows)} rows in ${decimal(figures.parts.after)} active parts, ${decimal(figures.clickhouseMb)} MB in ClickHouse, ${decimal(figures.kafkaMb)} MB in Kafka; ${decimal(catchUpSeconds, 1)} s after the load nothing was left to process.`,
    '',
    ...Object.entries(PICTURES).flatMap(([file, title]) => [`![${title}](images/${file})`, '']),
    'Every look, and every minute\'s latencies: [soak.ndjson](soak.ndjson).',
    '',
    `Again: \`npm run bench -- soak --minutes ${minutes} --rate ${rate} --people ${people}${cacheMb === undefined ? '' : ` --cache-mb ${cacheMb}`}\``,
  ];
}

function memoryRow({ process, before, after, mbPerHour, remembered, lives }: MemoryFigures): string[] {
  const mb = (value: number | undefined) => (value === undefined ? '' : `${decimal(value)} MB`);
  const slope = (value: number | undefined) => (value === undefined ? '' : decimal(value, 1));
  return [process, mb(before), mb(after), slope(mbPerHour), mb(remembered?.before), mb(remembered?.after), mb(lives?.before), mb(lives?.after), slope(lives?.mbPerHour)];
}

function latencyTable({ latency }: SoakResult): string[] {
  if (latency === undefined) return [];
  const row = (name: string, { median, worst }: { median: number; worst: number }) => [name, ms(median), ms(worst)];
  return [
    table(['event to membership, by the minute', 'median', 'worst'], [
      row('commit p50', latency.commitP50), row('commit p99', latency.commitP99), row('consumer p50', latency.consumerP50), row('consumer p99', latency.consumerP99),
    ]),
    '',
  ];
}
