import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { COLOURS, INK, lineChart, ticks } from './line-chart.js';

/** https://www.w3.org/TR/WCAG22/#dfn-relative-luminance */
function luminance(colour: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16) / 255).map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

describe('lineChart', () => {
  const chart = lineChart({ title: 'Lag & more', x: 'minutes', y: 'records', series: [{ name: 'a < b', points: [[0, 0], [30, 50], [60, 100]] }, { name: 'none', points: [] }] });

  it('puts points in proportion, and begins at 0', () => {
    expect(chart).toContain('points="64,300 364,170 664,40"');
    expect(chart).toContain('points=""');
  });

  it('names axes, ticks and series, in valid XML', () => {
    expect([...chart.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text]) => text)).toEqual(
      ['Lag &amp; more', 'records', '0', '20', '40', '60', '80', '100', '0', '20', '40', '60', 'minutes', 'a &lt; b', 'none']);
    expect(chart.match(/<(?!\/)[^>]*[^/]>/g)!.length).toBe(chart.match(/<\//g)!.length);
  });

  it('is made of what was not measured, too', () => {
    expect(lineChart({ title: 't', x: 'x', y: 'y', series: [] })).not.toContain('NaN');
  });

  it('tells more series apart than there are colours', () => {
    const strokes = [...lineChart({ title: 't', x: 'x', y: 'y', series: Array.from({ length: 14 }, (_, i) => ({ name: `s${i}`, points: [] })) }).matchAll(/<polyline [^>]*(stroke="#[^/]*?) points/g)].map(([, stroke]) => stroke);
    expect(strokes.length).toBe(14);
    expect(new Set(strokes).size).toBe(14);
  });

  it.each(['#ffffff', '#0d1117'])('is legible on %s', (page) => {
    expect(contrast(INK, page)).toBeGreaterThanOrEqual(4);
    for (const colour of COLOURS) expect(contrast(colour, page)).toBeGreaterThanOrEqual(3);
  });
});

describe('ticks', () => {
  it.each([[100, [0, 20, 40, 60, 80, 100]], [0.7, [0, 0.2, 0.4, 0.6, 0.8]], [3, [0, 1, 2, 3]], [61, [0, 20, 40, 60, 80]], [1_800_000, [0, 500_000, 1_000_000, 1_500_000, 2_000_000]]])('cover %d', (most, expected) => {
    expect(ticks(most)).toEqual(expected);
  });

  it('cover everything with few', () => {
    fc.assert(fc.property(fc.double({ min: 1e-6, max: 1e12, noNaN: true }), (most) => {
      const all = ticks(most);
      expect(all.at(-1)!).toBeGreaterThanOrEqual(most * (1 - 1e-6));
      expect(all.length).toBeGreaterThanOrEqual(3);
      expect(all.length).toBeLessThanOrEqual(7);
    }));
  });
});
