import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { definitionsIn } from './folder.js';
import { LEAST_SEGMENTS, ownDefinitions } from './own.js';

const BEGIN = Date.parse('2026-11-22T10:00:00Z');
const options = { begin: BEGIN, minutes: 4, existing: 14 };
const segmentsOf = (existing: number) => ownDefinitions({ ...options, existing }).filter(({ kind }) => kind === 'segments').reduce((sum, { text }) => sum + definitionsIn(text), 0);

describe('ownDefinitions', () => {
  it('make two hundred segments with those that there are', () => {
    expect([0, 14, 150].map((existing) => existing + segmentsOf(existing))).toEqual(Array(3).fill(LEAST_SEGMENTS));
    expect(segmentsOf(200)).toBe(segmentsOf(1_000));
    expect(segmentsOf(200)).toBeGreaterThan(20);
  });

  it('are files that are named as what they define, without the dollars and filters', () => {
    for (const { name, text } of ownDefinitions(options)) expect((parse(text) as { name: string }).name.replace(/\$/g, '').replace(/\|\w+/g, '')).toBe(name);
  });

  it('begin and end while faults go on', () => {
    const texts = ownDefinitions(options).filter(({ name }) => /period|ends/.test(name)).map(({ text }) => text).join('\n');
    const times = [...texts.matchAll(/2026-11-22T[\d:]+Z/g)].map(([time]) => Date.parse(time));
    const within = times.filter((time) => time >= BEGIN && time <= BEGIN + 4 * 60_000);
    expect(within.length).toBeGreaterThan(15);
  });
});

describe('definitionsIn', () => {
  it('counts what a template makes', () => {
    expect(definitionsIn('name: a')).toBe(1);
    expect(definitionsIn('foreach: { a: [1, 2], b: [x, y, z] }')).toBe(6);
    expect(definitionsIn('foreach:\n  - { a: 1 }\n  - { a: 2 }')).toBe(2);
  });
});
