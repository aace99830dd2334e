// The command prints statements that can be piped into a client, and refuses names that would break out of them.
import { describe, expect, it } from '@jest/globals';
import { Command } from 'commander';
import { addDdlCommand } from './ddl-command.js';

function run(...args: string[]): string[] {
  const lines: string[] = [];
  const program = new Command().exitOverride().configureOutput({ writeErr: () => undefined });
  addDdlCommand(program, (line) => lines.push(line));
  // The subcommand has settings of its own.
  for (const command of program.commands) command.exitOverride().configureOutput({ writeErr: () => undefined });
  program.parse(['ddl', ...args], { from: 'user' });
  return lines;
}

describe('tideway ddl', () => {
  it('prints every statement with its end, for the cluster and the path that were asked for', () => {
    const [comment, ...statements] = run('--cluster', 'mesh', '--keeper-path', '/eu/tables');
    expect(comment).toMatch(/^-- .*Untested here/);
    expect(statements.filter((statement) => !statement.endsWith(';') || !statement.includes('ON CLUSTER `mesh`'))).toEqual([]);
    expect(statements.some((statement) => statement.includes("ReplicatedMergeTree('/eu/tables/{shard}/web/orders_v1'"))).toBe(true);
  });

  it.each([[[]], [['--cluster', "a'b"]], [['--cluster', 'a', '--keeper-path', "/x'"]], [['--cluster', 'a', '--keeper-path', 'x/']]])('refuses %j', (args) => {
    expect(() => run(...args)).toThrow();
  });
});
