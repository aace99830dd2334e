import { describe, expect, it } from '@jest/globals';
import { parseCommand } from './command.js';

describe('npm run bench:peers', () => {
  const size = { records: 1_000_000, rounds: 3 };

  it('measures sinks and clients in one run, or one of them', () => {
    expect(parseCommand(['peers'])).toEqual({ warehouse: size, clients: size, write: true });
    expect(parseCommand(['peers', '--sinks', '--records', '5000'])).toEqual({ warehouse: { records: 5_000, rounds: 3 }, write: true });
    expect(parseCommand(['peers', '--clients', '--rounds', '1', '--no-write'])).toEqual({ clients: { records: 1_000_000, rounds: 1 }, write: false });
  });

  it('takes further sinks, whose commands may have equals signs', () => {
    expect(parseCommand(['peers', '--sinks', '--sink', 'mine=A=1 ./mine --x=2', '--sink', 'other=./other'])).toEqual({
      warehouse: { ...size, sinks: [{ name: 'mine', command: 'A=1 ./mine --x=2' }, { name: 'other', command: './other' }] }, write: true,
    });
  });

  it.each([
    [['--sink', './mine'], '--sink takes NAME=COMMAND, the name in lower-case letters, digits and hyphens, not "./mine"'],
    [['--sink', 'My_Sink=./mine'], '--sink takes NAME=COMMAND'],
    [['--sink', 'mine= '], '--sink takes NAME=COMMAND'],
    [['--sink', 'json=./mine'], 'There are two sinks named "json"'],
    [['--sink', 'mine=./a', '--sink', 'mine=./b'], 'There are two sinks named "mine"'],
    [['--clients', '--sink', 'mine=./a'], '--sink has no meaning with --clients'],
  ])('says what is wrong with %j', (args, message) => {
    expect(() => parseCommand(['peers', ...args])).toThrow(message);
  });
});
