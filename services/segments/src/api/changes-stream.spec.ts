import http from 'node:http';
import net from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { SegmentsMemberships } from '@tideway/contracts';
import { ChangesStream } from './changes-stream.js';

const next = new Map([[1, 8], [0, 7]]);
const change = (segment: string, origin = 'web.orders.v1:0:1'): SegmentsMemberships => ({
  profile_id: '1c73780b-fdc0-5604-afcc-eb62f77a53ba', sequence: 1, segment, segment_version: 1, change: 'entered', reason: 'activity', caused_at: 1, evaluated_at: 2, origin, segments: ['a', 'b'], effective_at: 1,
});

let server: http.Server;
let stream: Promise<{ stream: ChangesStream; response: http.ServerResponse }>;

beforeEach(async () => {
  stream = new Promise((resolve) => {
    server = http.createServer((_request, response) => resolve({ stream: new ChangesStream(response, 'buyers', { 'x-own': 'kept' }), response }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const port = () => (server.address() as net.AddressInfo).port;

describe('a stream of changes', () => {
  it('begins with its place, and has the changes of its segment without what else the person is in', async () => {
    const answer = fetch(`http://127.0.0.1:${port()}`);
    const { stream: one } = await stream;
    one.open(() => next);
    one.take(change('others'), next);
    one.take(change('buyers'), new Map([...next, [0, 9]]));
    one.end('the service\nstops');
    const response = await answer;
    expect([response.headers.get('content-type'), response.headers.get('x-own')]).toEqual(['text/event-stream', 'kept']);
    const { segments: _others, ...data } = change('buyers');
    expect(await response.text()).toBe(`retry: 2000\nid: 0:7,1:8\n\nevent: entered\nid: 0:9,1:8\ndata: ${JSON.stringify(data)}\n\n: the service stops\n\n`);
  });

  it('is cut off where its client does not read, with little in memory', async () => {
    const socket = net.connect(port(), '127.0.0.1').pause();
    socket.on('error', () => undefined).write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
    const { stream: one, response } = await stream;
    one.open(() => next);
    let most = 0;
    const large = change('buyers', 'x'.repeat(10_000));
    for (let i = 0; i < 20_000 && !response.destroyed; i += 1) {
      one.take(large, next);
      most = Math.max(most, response.writableLength);
      if (i % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    expect(response.destroyed).toBe(true);
    expect(most).toBeLessThan(1_100_000);
    socket.destroy();
  });
});
