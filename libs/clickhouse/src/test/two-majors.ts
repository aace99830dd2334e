// A product with two majors of different fields, each with contract and samples of its own: what a break looks like.
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { schemasDir } from '@tideway/contracts';

/** Writes `web.returns.v1` (web.orders by another name) and `web.returns.v2` (fields renamed) to a new folder for loadProducts. */
export function twoMajors(): string {
  const dir = mkdtempSync(path.join(tmpdir(), 'tideway-two-majors-'));
  const folder = path.join(dir, 'products/web/returns');
  mkdirSync(path.dirname(folder), { recursive: true });
  cpSync(path.join(schemasDir(), 'products/web/orders'), folder, { recursive: true });
  rewrite(path.join(folder, 'contract.yaml'), path.join(folder, 'contract.yaml'), (text) => text.replaceAll('web.orders', 'web.returns'));
  rewrite(path.join(folder, 'v1.avsc'), path.join(folder, 'v2.avsc'), renamed);
  rewrite(path.join(folder, 'contract.yaml'), path.join(folder, 'contract.v2.yaml'), (text) => renamed(text).replace('version: 1.0.0', 'version: 2.0.0'));
  for (const kind of ['valid', 'invalid']) {
    mkdirSync(path.join(folder, 'samples/v2', kind), { recursive: true });
    for (const name of readdirSync(path.join(folder, 'samples', kind))) {
      rewrite(path.join(folder, 'samples', kind, name), path.join(folder, 'samples/v2', kind, name), renamed);
    }
  }
  return dir;
}

const renamed = (text: string) => text.replaceAll('total_micros', 'gross_micros').replaceAll('coupon', 'voucher');

function rewrite(from: string, to: string, change: (text: string) => string): void {
  writeFileSync(to, change(readFileSync(from, 'utf8')));
}
