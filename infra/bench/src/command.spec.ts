import { describe, expect, it } from '@jest/globals';
import { parseCommand, type Command } from './command.js';

describe('parseCommand', () => {
  it('measures everything, and writes it down, by default', () => {
    expect(parseCommand([])).toEqual({
      warehouse: { records: 1_000_000, rounds: 3 },
      latency: { rates: [500, 2_000], seconds: 60, warmUpSeconds: 20 },
      write: true,
    });
  });

  it('measures one thing as it is asked to', () => {
    expect(parseCommand(['warehouse', '--records', '20000', '--rounds', '1', '--no-write'])).toEqual({ warehouse: { records: 20_000, rounds: 1 }, write: false });
    expect(parseCommand(['latency', '--rates', '100', '--seconds', '5', '--warm-up', '2'])).toEqual({ latency: { rates: [100], seconds: 5, warmUpSeconds: 2 }, write: true });
  });

  it('measures the load and what the mesh holds with defaults of their own', () => {
    expect(parseCommand(['load'])).toEqual({ load: { rate: 6_000, seconds: 20 }, write: true });
    expect(parseCommand(['held'])).toEqual({ held: { from: 1_000, to: 6_000, resolution: 250, seconds: 60, warmUpSeconds: 30, limitMs: 700 }, write: true });
    expect(parseCommand(['held', '--segments', '20'])).toMatchObject({ held: { segments: 20 } });
    expect(parseCommand(['held', '--from', '50', '--to', '100', '--resolution', '25', '--seconds', '5', '--warm-up', '4', '--limit', '900'])).toMatchObject({
      held: { from: 50, to: 100, resolution: 25, seconds: 5, warmUpSeconds: 4, limitMs: 900 },
    });
  });

  it('measures the intake in rounds', () => {
    expect(parseCommand(['intake'])).toEqual({ intake: { seconds: 20, warmUpSeconds: 10, rounds: 3 }, write: true });
    expect(parseCommand(['intake', '--seconds', '5', '--warm-up', '2', '--rounds', '1'])).toMatchObject({ intake: { seconds: 5, warmUpSeconds: 2, rounds: 1 } });
  });

  it('soaks for an hour, at a rate that is found later unless it is given', () => {
    expect(parseCommand(['soak'])).toEqual({ soak: { minutes: 60 }, write: true });
    expect(parseCommand(['soak', '--minutes', '2', '--rate', '100', '--people', '40', '--cache-mb', '20', '--no-write'])).toEqual({ soak: { minutes: 2, rate: 100, people: 40, cacheMb: 20 }, write: false });
  });

  it('compares with Kafka Streams at sizes of its own', () => {
    expect(parseCommand(['streams'])).toEqual({ streams: { records: 1_000_000, people: 100_000, rate: 2_000, seconds: 60, warmUpSeconds: 20 }, write: true });
    expect(parseCommand(['streams', '--records', '50', '--people', '9', '--rate', '10', '--seconds', '5', '--warm-up', '2', '--no-write'])).toEqual({
      streams: { records: 50, people: 9, rate: 10, seconds: 5, warmUpSeconds: 2 }, write: false,
    });
  });

  it('measures many segments in parts, with defaults of their own', () => {
    const { segments } = parseCommand(['segments']) as Command;
    expect(Object.keys(segments!)).toEqual(['cost', 'latency', 'backfill', 'preview', 'held', 'growth']);
    expect(segments).toMatchObject({ cost: { sizes: [20, 200, 1_000], rate: 2_000 }, latency: { profiles: 1_000_000, segments: 200, eventsPerSecond: 2_000 }, backfill: { activitiesEach: 10 }, preview: { activitiesEach: 10, rounds: 3 }, held: { from: 2_000, profiles: 0, seconds: 300 } });
    expect(parseCommand(['segments', '--parts', 'held,cost', '--from', '1000', '--sizes', '5', '--seconds', '7'])).toMatchObject({ segments: { held: { from: 1_000, seconds: 7 }, cost: { sizes: [5], seconds: 7 } } });
    expect(() => parseCommand(['segments', '--parts', 'price'])).toThrow('--parts has no "price": choose from cost, latency, backfill, preview, held, growth.');
  });

  it('measures the start and the timers of segments with a million profiles', () => {
    expect(parseCommand(['segments-start'])).toEqual({ segmentsStart: { profiles: 1_000_000 }, write: true });
    expect(parseCommand(['segments-timers'])).toEqual({ segmentsTimers: { profiles: 1_000_000, timers: 100_000, spreadSeconds: 60 }, write: true });
    expect(parseCommand(['segments-timers', '--profiles', '5', '--timers', '4', '--spread', '3', '--no-write'])).toEqual({ segmentsTimers: { profiles: 5, timers: 4, spreadSeconds: 3 }, write: false });
  });

  it('gives help whatever else is said', () => {
    expect(parseCommand(['latency', '--rates', 'many', '--help'])).toBe('help');
  });

  it.each([
    [['speed'], 'There is no benchmark "speed": choose one of warehouse, latency, intake, load, held, soak, segments, segments-start, segments-timers, peers, streams, all.'],
    [['warehouse', 'latency'], 'There is no benchmark "warehouse latency"'],
    [['--records', '0'], '--records takes whole numbers from 1 on, not "0"'],
    [['--rates', '500,,2000'], '--rates takes whole numbers from 1 on, not ""'],
    [['held', '--from', '0'], '--from takes whole numbers from 1 on, not "0"'],
    [['--seconds', '1.5'], '--seconds takes whole numbers'],
    [['--record', '5'], "Unknown option '--record'"],
  ])('says what is wrong with %j', (args, message) => {
    expect(() => parseCommand(args)).toThrow(message);
  });
});
