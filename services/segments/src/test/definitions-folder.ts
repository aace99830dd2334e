// A schemas folder with the real products and small definitions of its own, so that a test can change them.
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { schemasDir } from '@tideway/contracts';

export interface SegmentText {
  purpose: string;
  /** In YAML's flow style, e.g. `{ trait: orders, gte: 2 }`. */
  when: string;
  version?: number;
}

const TRAITS = {
  views_5m: '{ types: [product_viewed] }\nwindow: 5m',
  orders: '{ types: [order_completed] }\nwindow: all',
};

/** A copy of schemas/ without its definitions, under the system's temporary directory. */
export class DefinitionsFolder {
  readonly dir = mkdtempSync(path.join(tmpdir(), 'tideway-definitions-'));

  constructor() {
    for (const part of ['products', 'identifiers.yaml', 'purposes.yaml']) cpSync(path.join(schemasDir(), part), path.join(this.dir, part), { recursive: true });
    mkdirSync(path.join(this.dir, 'traits'));
    for (const [name, over] of Object.entries(TRAITS)) {
      writeFileSync(path.join(this.dir, 'traits', `${name}.yaml`), `name: ${name}\ndescription: ${name}\nowner: test\noperator: count\nover: ${over}\n`);
    }
  }

  /** Writes the segments in place of those that were there. */
  write(segments: Record<string, SegmentText>): void {
    const folder = path.join(this.dir, 'segments');
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder);
    for (const [name, { purpose, when, version = 1 }] of Object.entries(segments)) {
      writeFileSync(path.join(folder, `${name}.yaml`), `name: ${name}\nversion: ${version}\ndescription: ${name}\nowner: test\npurpose: ${purpose}\nwhen: ${when}\n`);
    }
  }

  remove(): void {
    rmSync(this.dir, { recursive: true, force: true });
  }
}
