// The definitions that ship: they load, and every case that they carry comes out as it says.
import { describe, expect, it } from '@jest/globals';
import { loadDefinitions } from '../definitions/load.js';
import { runCases } from './run-cases.js';

const definitions = loadDefinitions();

describe('the definitions in schemas/', () => {
  it.each(runCases(definitions).map((result) => [`${result.file}:${result.line}: ${result.name}`, result] as const))('%s', (_, { actual, expected }) => {
    expect(actual).toEqual(expected);
  });

  it('show what each trait and segment does and does not count, by cases', () => {
    expect(definitions.traits.filter(({ cases }) => cases.length === 0)).toEqual([]);
    for (const { name, cases } of definitions.segments) {
      expect([name, new Set(cases.map(({ member }) => member))]).toEqual([name, new Set([true, false])]);
    }
  });

  it('have a case that fails when the definition is wrong', () => {
    const wrong = definitions.segments.map((segment) => ({ ...segment, condition: { ...segment.condition, outcome: () => Infinity } }));
    expect(runCases({ ...definitions, segments: wrong }).some(({ passed }) => !passed)).toBe(true);
  });
});
