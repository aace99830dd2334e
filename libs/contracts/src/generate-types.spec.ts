import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { typesOf } from './generate-types.js';
import { loadProducts, productOf } from './products.js';

afterEach(() => {
  jest.restoreAllMocks();
});

describe('types of a record', () => {
  it('are written without a warning, with the types nested in it and without its schema', () => {
    const warnings: unknown[] = [];
    jest.spyOn(console, 'warn').mockImplementation((...args) => void warnings.push(args));
    const types = typesOf(productOf(loadProducts(), 'segments.state').schema);
    expect(types).toContain('export interface State {');
    expect(types).toContain('export interface Membership {');
    expect(types).not.toContain('export const');
    expect(warnings).toEqual([]);
  });

  it('that cannot be made are still an error', () => {
    expect(() => typesOf({ type: 'record', name: 'R', fields: [{ name: 'f', type: { type: 'nothing' } }] })).toThrow();
  });
});
