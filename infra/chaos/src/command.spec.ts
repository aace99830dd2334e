import { describe, expect, it } from '@jest/globals';
import { HELP, parseCommand } from './command.js';
import { KIND_NAMES } from './kinds.js';

describe('parseCommand', () => {
  it('runs four minutes on one broker by default, with a seed that it makes up', () => {
    expect(parseCommand([], () => 42)).toEqual({ seed: 42, minutes: 4, brokers: [1], eventsPerSecond: 60, report: false, keep: false });
  });

  it('runs as it is asked to', () => {
    expect(parseCommand(['--seed', '0', '--minutes', '60', '--brokers', '3', '--rate', '100', '--only', 'kill,half-open', '--keep']))
      .toEqual({ seed: 0, minutes: 60, brokers: [3], eventsPerSecond: 100, only: ['kill', 'half-open'], report: false, keep: true });
  });

  it('reports on one broker and on three', () => {
    expect(parseCommand(['--report', '--seed', '1'])).toMatchObject({ brokers: [1, 3], report: true });
    expect(parseCommand(['--report', '--seed', '1', '--brokers', '3'])).toMatchObject({ brokers: [3], report: true });
  });

  it('knows its controls', () => {
    expect(parseCommand(['--control', 'no-fencing', '--seed', '1'])).toMatchObject({ control: 'no-fencing' });
    expect(() => parseCommand(['--control', 'nothing'])).toThrow('There is no control "nothing": choose one of no-intent, no-token, no-fencing.');
  });

  it('gives help that names every kind of fault, whatever else is said', () => {
    expect(parseCommand(['--help', '--rate', 'many'])).toBe('help');
    for (const kind of KIND_NAMES) expect(HELP).toContain(`\n  ${kind} `);
  });

  it.each([
    [['--brokers', '2'], '--brokers takes 1 or 3, not "2"'],
    [['--minutes', '0'], '--minutes takes whole numbers from 1 on, not "0"'],
    [['--rate', '1.5'], '--rate takes whole numbers'],
    [['--only', 'kill,rain'], 'There is no kind of fault "rain": choose of kill, pause'],
    [['--minute', '5'], "Unknown option '--minute'"],
  ])('says what is wrong with %j', (args, message) => {
    expect(() => parseCommand(args)).toThrow(message);
  });
});
