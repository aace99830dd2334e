// A plain HTTP server that answers at once what its address asks for, and does nothing else: what the load generator can
// do is measured against it. Sends its port to the parent.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const REJECTED = { index: 0, code: 'invalid', field: 'type', message: 'type is not known' };

const server = createServer((incoming, outgoing) => {
  incoming.resume().on('end', () => {
    const [accepted = 0, quarantined = 0, rejected = 0] = (/[?&]answer=([\d,]+)/.exec(incoming.url!)?.[1] ?? '').split(',').map(Number);
    const text = JSON.stringify({ accepted, quarantined, rejected: new Array(rejected).fill(REJECTED) });
    outgoing.writeHead(200, { 'content-type': 'application/json', 'content-length': text.length }).end(text);
  });
});
server.listen(0, '127.0.0.1', () => process.send!((server.address() as AddressInfo).port));
// Whoever asked for it is gone.
process.on('disconnect', () => process.exit(0));
