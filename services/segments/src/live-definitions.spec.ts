import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Metrics, createLogger } from '@tideway/service';
import { LiveDefinitions } from './live-definitions.js';
import { DefinitionsFolder } from './test/definitions-folder.js';

let folder: DefinitionsFolder;

beforeAll(() => {
  folder = new DefinitionsFolder();
  folder.write({ buyers: { purpose: 'marketing', when: '{ trait: orders, gte: 1 }' } });
});
afterAll(() => folder.remove());

const text = (description: string, more = '') => `name: keen\nversion: 1\ndescription: ${description}\nowner: test\npurpose: marketing\n${more}when: { trait: orders, gte: 2 }\n`;
const written = (offset: number, value: string | null) => ({ offset: String(offset), key: Buffer.from('segments/keen'), value: value === null ? null : Buffer.from(JSON.stringify({ text: value, by: 'test', at: 1 })) });

describe('written definitions', () => {
  it('are shown as they were written last, also where nobody becomes a member by it', () => {
    const live = new LiveDefinitions(createLogger('test', 'silent'), new Metrics('test'), folder.dir);
    const shown = () => live.compiled.definitions.segments.map(({ name, description, latenessMs }) => [name, description, latenessMs]);
    const changes: string[] = [];
    live.onChange(() => changes.push(live.compiled.fingerprint));

    live.apply([written(0, text('Ordered twice'))]);
    expect(shown()).toEqual([['buyers', 'buyers', 86_400_000], ['keen', 'Ordered twice', 86_400_000]]);
    live.apply([written(1, text('Ordered two times', 'lateness: 2h\n'))]);
    expect(shown()).toEqual([['buyers', 'buyers', 86_400_000], ['keen', 'Ordered two times', 7_200_000]]);
    // It means the same, so that nobody is evaluated for it; and what was taken once is not taken again.
    live.apply([written(0, text('Ordered twice')), written(1, text('Ordered two times'))]);
    expect(changes).toEqual([changes[0], changes[0]]);

    live.apply([written(2, null)]);
    expect(shown()).toEqual([['buyers', 'buyers', 86_400_000]]);
  });
});
