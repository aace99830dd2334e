// The alert rules, by Prometheus' own tool.
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { runCommand, workspaceRoot } from '@tideway/embedded';
import { promtool } from './promtool.js';

const dir = path.join(workspaceRoot, 'infra/compose');

describe('alerts.yml', () => {
  it('goes off for what it is for, and not for less', async () => {
    const result = await runCommand(await promtool(), ['test', 'rules', 'alerts.test.yml'], dir);
    expect(result).toMatchObject({ code: 0, output: expect.stringContaining('SUCCESS') });
  }, 180_000);

  it('is valid, and so is the configuration that reads it', async () => {
    const result = await runCommand(await promtool(), ['check', 'config', 'prometheus.yml'], dir);
    expect(result).toMatchObject({ code: 0, output: expect.stringContaining('10 rules found') });
  }, 180_000);
});
