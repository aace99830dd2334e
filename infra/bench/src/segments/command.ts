// The part of the command line that is about many segments: `npm run bench -- segments`.
import type { SegmentsOptions } from './run.js';

export const SEGMENTS_HELP = `segments takes the time that is said here, each part on a platform of its own; a part that is done is written at once:

  --parts A,B     only these (default all)
                    cost       an activity's cost at each number of --sizes: 3 min each
                    latency    event to membership in the whole mesh with --profiles, at the first of --rates (default 2000): 12 min
                    backfill   segments that are added over --activities of --profiles: 8 min
                    preview    size and sample of every file of schemas/segments, over --activities of --profiles, --rounds of it: 10 min
                    held       the highest rate published to the product topics, from --from (default 2000) to --to, with
                               --held-profiles: 5 to 8 tries of 7 min each, with --seconds 300
                    growth     by profiles, days of history and instances: 40 min, of which 5 million profiles are 15
  --segments N    segments in force in latency, held and growth (default 200)
  --sizes N,N     cost: numbers of segments (default 20,200,1000)
  --activities N  backfill, preview: activities of all profiles together (default 10000000)
  --many N        backfill: segments that are added at once (default 200)
  --held-profiles N
                  held: profiles that there are before (default none)
  --by-profiles N,N
  --by-days N,N
  --by-instances N,N
                  growth: what it grows over (default 10000,100000,1000000,5000000; 7,30,90,365; 1,2,3)
  --seconds N     of each run (default 60; held 300, growth 30); --warm-up N before (default 30, latency 60, growth 15)
`;

export const SEGMENTS_OPTIONS = {
  parts: { type: 'string', default: 'cost,latency,backfill,preview,held,growth' },
  segments: { type: 'string', default: '200' },
  sizes: { type: 'string', default: '20,200,1000' },
  activities: { type: 'string', default: '10000000' },
  many: { type: 'string', default: '200' },
  'held-profiles': { type: 'string' },
  'by-profiles': { type: 'string', default: '10000,100000,1000000,5000000' },
  'by-days': { type: 'string', default: '7,30,90,365' },
  'by-instances': { type: 'string', default: '1,2,3' },
} as const;

type Name = keyof typeof SEGMENTS_OPTIONS | 'from' | 'to' | 'rates' | 'seconds' | 'warm-up' | 'profiles' | 'rate' | 'people' | 'resolution' | 'rounds';

const PARTS = ['cost', 'latency', 'backfill', 'preview', 'held', 'growth'] as const;
/** What options are here that other benchmarks have too; their defaults are meant for these. */
const DEFAULTS = { from: 2_000, to: 8_000, rate: 2_000, growthRate: 1_000, people: 50_000, profiles: 1_000_000 };

/**
 * Throws an Error that says what to change.
 * @param isGiven whether an option is on the command line
 * @param values of the options, with defaults
 * @param number reads a whole number from 1 on
 */
export function parseSegments(isGiven: (name: string) => boolean, values: { readonly [N in Name]?: string }, number: (name: string, text: string) => number): SegmentsOptions {
  const parts = values.parts!.split(',');
  const unknown = parts.find((part) => !(PARTS as readonly string[]).includes(part));
  if (unknown !== undefined) throw new Error(`--parts has no "${unknown}": choose from ${PARTS.join(', ')}.`);
  const list = (name: Name) => values[name]!.split(',').map((text) => number(`--${name}`, text));
  const or = (name: Name, byDefault: number) => (isGiven(name) ? number(`--${name}`, values[name]!) : byDefault);
  const span = (seconds: number, warmUpSeconds: number) => ({ seconds: or('seconds', seconds), warmUpSeconds: or('warm-up', warmUpSeconds) });
  const [segments, profiles] = [or('segments', 200), or('profiles', DEFAULTS.profiles)];
  const rate = isGiven('rates') ? list('rates')[0]! : DEFAULTS.rate;
  const history = { profiles, activitiesEach: Math.max(2, Math.round(or('activities', 10_000_000) / profiles)), days: 90 };
  const all: Required<SegmentsOptions> = {
    cost: { sizes: list('sizes'), rate: or('rate', rate), people: or('people', DEFAULTS.people), ...span(60, 30) },
    latency: { segments, profiles, eventsPerSecond: rate, ...span(60, 60) },
    backfill: { ...history, many: or('many', 200) },
    preview: { ...history, rounds: or('rounds', 3) },
    held: {
      segments, profiles: or('held-profiles', 0), people: or('people', DEFAULTS.people), from: or('from', DEFAULTS.from), to: or('to', DEFAULTS.to), resolution: or('resolution', 250), ...span(300, 30),
    },
    growth: { profiles: list('by-profiles'), days: list('by-days'), instances: list('by-instances'), segments, rate: or('rate', DEFAULTS.growthRate), ...span(30, 15) },
  };
  return Object.fromEntries(Object.entries(all).filter(([part]) => parts.includes(part)));
}
