import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { claimFreePort, claimPorts } from './ports.js';

const dir = mkdtempSync(path.join(tmpdir(), 'ports-'));
const file = (name: string) => path.join(dir, name, 'ports.json');

afterAll(() => rmSync(dir, { recursive: true }));

describe('claimPorts', () => {
  it('gives the ports of last time', async () => {
    const first = await claimPorts(file('same'), [{ name: 'kafka' }, { name: 'registry' }]);
    first.release();
    const second = await claimPorts(file('same'), [{ name: 'kafka' }]);
    second.release();
    expect(second.ports['kafka']).toBe(first.ports['kafka']);
  });

  it('gives another port when that of last time is taken', async () => {
    const first = await claimPorts(file('taken'), [{ name: 'kafka' }]);
    const second = await claimPorts(file('taken'), [{ name: 'kafka' }]);
    expect(second.ports['kafka']).not.toBe(first.ports['kafka']);
    first.release();
    second.release();
  });

  it('never gives one port twice to those who ask at the same moment', async () => {
    const claims = await Promise.all(Array.from({ length: 20 }, (_, index) => claimPorts(file(`many-${index}`), [{ name: 'a' }, { name: 'b' }])));
    const ports = claims.flatMap((claim) => Object.values(claim.ports));
    expect(new Set(ports).size).toBe(40);
    claims.forEach((claim) => claim.release());
  });

  it('never gives a port to two that ask for as long as this process runs, and none that the kernel gives to clients', async () => {
    const ports = await Promise.all(Array.from({ length: 20 }, () => claimFreePort()));
    expect(new Set(ports).size).toBe(20);
    expect(Math.max(...ports)).toBeLessThan(32_768);
    const asked = ports[0]!;
    await expect(claimPorts(file('held'), [{ name: 'kafka', port: asked }])).rejects.toThrow(`is in use by process ${process.pid}`);
  });

  it('refuses a port that was asked for and is in use, naming who asked', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    await expect(claimPorts(file('asked'), [{ name: 'kafka', port, askedBy: 'TIDEWAY_KAFKA_PORT' }])).rejects.toThrow(
      `Port ${port} for kafka, asked for by TIDEWAY_KAFKA_PORT, is in use by another program.`,
    );
    server.close();
  });
});
