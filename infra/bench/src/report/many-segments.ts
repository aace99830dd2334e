// The section of docs/benchmarks.md about many segments, and its pictures.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { growthOf, type CostRun } from '../segments/cost.js';
import { DAYS_PROFILES, INSTANCES_PROFILES, SHORT_DAYS, type GrowthRun } from '../segments/growth.js';
import type { PreviewedFile } from '../segments/preview.js';
import type { SegmentsResults } from '../segments/run.js';
import { median } from '../statistics.js';
import { about } from './about.js';
import { lineChart } from './line-chart.js';
import { decimal, goal, ms, table } from './table.js';

/** What the project sets out to reach with many segments. */
export const SEGMENTS_GOALS = { p50Ms: 150, p99Ms: 600, heldPerSecond: 5_000, costTimes: 1.5, backfillOneSeconds: 5, backfillManySeconds: 120, previewMs: 2_000 };

const known = (value: number | null | undefined): value is number => typeof value === 'number' && Number.isFinite(value);
const seconds = (value: number | null) => (known(value) ? `${decimal(value, 2)} s` : '');

export function segmentsSection(results: SegmentsResults): string[] {
  const { cost, latency, held, backfill, preview, growth } = results;
  return [
    '## Many segments',
    '',
    'Segments and traits are variations of what a shop\'s marketing team has, over categories, channels and thresholds: counts, sums, sequences, absences, lifecycle and holdouts, all of them in force.',
    '',
    ...(goals(results).length > 0 ? [table(['goal', 'wanted', 'measured', ''], goals(results))] : []),
    ...(cost ? ['', ...costPart(cost), '', about(cost, true)] : []),
    ...(latency ? ['', ...latencyPart(latency), '', about(latency, true)] : []),
    ...(held ? ['', ...heldPart(held), '', about(held, true)] : []),
    ...(backfill ? ['', ...backfillPart(backfill), '', about(backfill, true)] : []),
    ...(preview ? ['', ...previewPart(preview), '', about(preview, true)] : []),
    ...(growth ? ['', ...growthPart(growth), '', about(growth, true)] : []),
    '',
    'Again: `npm run bench -- segments`, or some of it with `--parts`.',
  ];
}

function goals({ cost, latency, held, backfill, preview }: SegmentsResults): string[][] {
  const g = SEGMENTS_GOALS;
  const rows: string[][] = [];
  if (latency) {
    const { p50, p99 } = latency.run.observed;
    const what = `event to membership at ${decimal(latency.run.eventsPerSecond)} events/s, ${decimal(latency.segments)} segments, ${decimal(latency.traits)} traits, ${decimal(latency.profiles)} profiles`;
    rows.push(goal(`${what}: p50`, `under ${g.p50Ms} ms`, ms(p50), p50 < g.p50Ms), goal('the same: p99', `under ${g.p99Ms} ms`, ms(p99), p99 < g.p99Ms));
  }
  if (held) rows.push(goal(`rate held for ${decimal(held.seconds)} s, published to the product topics, ${decimal(held.segments)} segments`, `${decimal(g.heldPerSecond)} events/s`, held.highest === undefined ? 'none' : `${decimal(held.highest)} events/s`, (held.highest ?? 0) >= g.heldPerSecond));
  if (cost && cost.runs.length > 1) {
    const times = growthOf(cost.runs);
    const sizes = cost.runs.map(({ segments }) => segments);
    rows.push(goal(`cost of an event, from ${decimal(Math.min(...sizes))} to ${decimal(Math.max(...sizes))} segments`, `under ${g.costTimes} times`, `${decimal(times, 2)} times`, times < g.costTimes));
  }
  if (backfill) {
    const over = `over ${decimal(backfill.activities)} activities`;
    rows.push(goal(`backfill of one segment ${over}`, `under ${g.backfillOneSeconds} s`, seconds(backfill.one.seconds), backfill.one.seconds < g.backfillOneSeconds));
    rows.push(goal(`backfill of ${decimal(backfill.several.segments)} segments ${over}`, `under ${g.backfillManySeconds} s`, seconds(backfill.several.seconds), backfill.several.seconds < g.backfillManySeconds));
  }
  if (preview) {
    const [slowest] = slowestFirst(preview.files.filter(isSingle));
    if (slowest) rows.push(goal(`preview of a segment over ${decimal(preview.activities)} activities, the slowest of ${decimal(preview.files.filter(isSingle).length)}`, `under ${decimal(g.previewMs)} ms`, slowest.refused === undefined ? ms(median(slowest.ms)) : 'refused', slowest.refused === undefined && median(slowest.ms) < g.previewMs));
  }
  return rows;
}

function costPart({ runs, rate, seconds: span, warmUpSeconds, people }: NonNullable<SegmentsResults['cost']>): string[] {
  const row = ({ segments, traits, activities, microsPerActivity, evaluationMicrosPerActivity }: CostRun) => [
    decimal(segments), decimal(traits), decimal(activities), `${decimal(microsPerActivity, 1)} µs`, `${decimal(evaluationMicrosPerActivity, 1)} µs`,
  ];
  return [
    `**What an event costs.** Processor time of the segments service alone for each activity of ${decimal(people)} people, at ${decimal(rate)} activities/s, over ${decimal(span)} s after ${decimal(warmUpSeconds)} s; evaluation is what it takes of this to apply activities to people and to evaluate these, without Kafka, decoding and ClickHouse.`,
    '',
    table(['segments', 'traits', 'activities', 'CPU of an activity', 'of it evaluation'], runs.map(row)),
    ...(runs.length > 1 ? ['', `Evaluation alone costs ${decimal(growthOf(runs, 'evaluationMicrosPerActivity'), 2)} times as much with the most segments as with the fewest.`] : []),
  ];
}

function latencyPart({ run, profiles }: NonNullable<SegmentsResults['latency']>): string[] {
  const { observed, histogram, lag, catchUpSeconds } = run;
  return [
    `**Event to membership.** The load and the clocks of [Event to membership](#event-to-membership), with ${decimal(profiles)} profiles that the load's people come to; before it begins, the scores of all of them are known, and everybody follows these. After ${decimal(run.warmUpSeconds)} s, ${decimal(run.seconds)} s are measured. ${run.keptSchedule === false ? '**The generator did not keep its schedule: the run does not count.**' : ''}`,
    '',
    table(['events/s', 'commit p50', 'commit p99', 'consumer p50', 'consumer p99', 'changes', 'lag (begin, middle, end)', 'left at the end'], [[
      decimal(run.eventsPerSecond), ms(histogram.p50), ms(histogram.p99), ms(observed.p50), ms(observed.p99), decimal(observed.count), lag.map((n) => decimal(n)).join(', '), seconds(catchUpSeconds),
    ]]),
  ];
}

function heldPart({ tries, seconds: span, warmUpSeconds }: NonNullable<SegmentsResults['held']>): string[] {
  const total = (values: Record<string, number>) => Object.values(values).reduce((sum, value) => sum + value, 0);
  return [
    `**The highest rate.** Records of page views, shop events, orders, e-mail clicks and consents are published to their topics, and the whole mesh takes them in; each rate has a new mesh, ${decimal(warmUpSeconds)} s to warm up and ${decimal(span)} s that are measured. It is held when no consumer group is further behind in the last third than in the first by more than a second's worth of events.`,
    '',
    table(['events/s', 'published/s', 'commit p50', 'commit p99', 'lag (begin, end)', 'cores of the mesh', ''], [...tries].sort((a, b) => a.eventsPerSecond - b.eventsPerSecond).map((one) => [
      decimal(one.eventsPerSecond), decimal(one.publishedPerSecond), ms(one.commitP50Ms), ms(one.commitP99Ms), one.lag.map((look) => decimal(total(look))).join(', '),
      decimal(total(one.cores) - (one.cores['bench'] ?? 0), 2), one.reasons.length === 0 ? 'held' : `**not held**: ${one.reasons.join('; ')}`,
    ])),
  ];
}

function backfillPart({ profiles, activities, one, several }: NonNullable<SegmentsResults['backfill']>): string[] {
  return [
    `**Backfill.** Segments are written while the service runs, with ${decimal(activities)} activities of ${decimal(profiles)} profiles in ClickHouse; the time is that until the last whom they concern has entered; it is over when every partition has evaluated those too who may enter by time alone. How many entered the single one was checked against a query of its own.`,
    '',
    table(['segments', 'time', 'over', 'memberships entered', 'CPU of segments'], [one, several].map((row) => [decimal(row.segments), seconds(row.seconds), seconds(row.adoptedSeconds), decimal(row.entered), seconds(row.cpuSeconds)])),
  ];
}

/** Of one segment; what was refused has told of none. */
const isSingle = ({ segments }: PreviewedFile) => segments <= 1;
/** By the median of the rounds, what was refused before all others. */
const slowestFirst = (files: readonly PreviewedFile[]) => [...files].sort((a, b) => Number(b.refused !== undefined) - Number(a.refused !== undefined) || median(b.ms) - median(a.ms));
const SLOWEST_SHOWN = 5;

function previewPart({ profiles, activities, merged, files, rounds }: NonNullable<SegmentsResults['preview']>): string[] {
  const [single, templates] = [files.filter(isSingle), files.filter((file) => !isSingle(file))];
  const medianOf = (some: readonly PreviewedFile[]) => ms(median(some.map((file) => median(file.ms))));
  const row = (file: PreviewedFile) => [file.name, decimal(file.segments), decimal(file.members), ms(median(file.ms)), ms(Math.max(...file.ms)), file.refused ?? ''];
  return [
    `**Preview.** Every file of \`schemas/segments\` is sent to \`POST /v1/segments/preview\`, which computes exact sizes and samples, one after the other, ${decimal(rounds)} times, with ${decimal(activities)} activities of ${decimal(profiles)} profiles in ClickHouse, ${decimal(merged)} of them merged into another. A template's segments are computed together. Scores among everybody are not in force there, so that a preview works out first what they are. Times count until the answer is there.`,
    '',
    ...(single.length > 0 ? [`The median of ${decimal(single.length)} files with one segment is ${medianOf(single)}${templates.length > 0 ? `, that of ${decimal(templates.length)} template${templates.length === 1 ? '' : 's'} with ${decimal(templates.reduce((sum, { segments }) => sum + segments, 0))} segments is ${medianOf(templates)}` : ''}. The slowest of both:`, ''] : []),
    table(['file', 'segments', 'members', 'median', 'max', ''], [...slowestFirst(single).slice(0, SLOWEST_SHOWN), ...slowestFirst(templates).slice(0, SLOWEST_SHOWN)].map(row)),
  ];
}

type Growth = NonNullable<SegmentsResults['growth']>;

function growthPart({ byProfiles, byDays, byInstances, segments, rate }: Growth): string[] {
  const row = ({ profiles, days, instances, activities, startSeconds, rssMb, microsPerActivity, latency, failure }: GrowthRun) => [
    decimal(profiles), decimal(days), decimal(instances), decimal(activities), seconds(startSeconds), known(rssMb) ? `${decimal(rssMb)} MB` : '', known(microsPerActivity) ? `${decimal(microsPerActivity)} µs` : '',
    ms(latency.p50), ms(latency.p99), failure ?? '',
  ];
  return [
    `**Growth.** The segments service alone, ${decimal(segments)} segments, ${decimal(rate)} activities/s of people who are known.`,
    '',
    table(['profiles', 'days of history', 'instances', 'activities in ClickHouse', 'start', 'memory', 'CPU of an activity', 'commit p50', 'commit p99', ''], [...byProfiles, ...byDays, ...byInstances].map(row)),
    ...Object.entries(PICTURES).flatMap(([file, title]) => ['', `![${title}](images/${file})`]),
  ];
}

const PICTURES = {
  'segments-profiles-latency.svg': 'Event to membership by number of profiles',
  'segments-profiles-memory.svg': 'Memory and start by number of profiles',
  'segments-days.svg': `Event to membership by days of history, ${decimal(DAYS_PROFILES)} profiles`,
  'segments-instances.svg': `Event to membership by instances on the same machine, ${decimal(INSTANCES_PROFILES)} profiles, ${SHORT_DAYS} days`,
} as const;

export function drawGrowth({ byProfiles, byDays, byInstances }: Growth): Record<keyof typeof PICTURES, string> {
  const line = (name: string, runs: readonly GrowthRun[], x: (run: GrowthRun) => number, y: (run: GrowthRun) => number) => ({ name, points: runs.map((run) => [x(run), y(run)] as const).filter(([, value]) => known(value)) });
  const latency = (runs: readonly GrowthRun[], x: (run: GrowthRun) => number) => [line('p50', runs, x, (run) => run.latency.p50), line('p99', runs, x, (run) => run.latency.p99)];
  const draw = (name: keyof typeof PICTURES, x: string, y: string, series: ReturnType<typeof latency>) => lineChart({ title: PICTURES[name], x, y, series });
  const profiles = (run: GrowthRun) => run.profiles;
  return {
    'segments-profiles-latency.svg': draw('segments-profiles-latency.svg', 'profiles', 'ms', latency(byProfiles, profiles)),
    'segments-profiles-memory.svg': draw('segments-profiles-memory.svg', 'profiles', 'MB, ms', [line('memory, MB', byProfiles, profiles, (run) => run.rssMb), line('start, ms', byProfiles, profiles, (run) => run.startSeconds * 1000)]),
    'segments-days.svg': draw('segments-days.svg', 'days', 'ms', latency(byDays, (run) => run.days)),
    'segments-instances.svg': draw('segments-instances.svg', 'instances', 'ms', latency(byInstances, (run) => run.instances)),
  };
}

/** Writes docs/images/segments-*.svg, where growth was measured. */
export function segmentsPictures(docs: string, { growth }: SegmentsResults): void {
  if (!growth) return;
  const images = path.join(docs, 'images');
  mkdirSync(images, { recursive: true });
  for (const [name, svg] of Object.entries(drawGrowth(growth))) writeFileSync(path.join(images, name), svg);
}
