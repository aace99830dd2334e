// Line charts as SVG, plain enough to be read in a text editor, and legible on light and on dark pages.

export interface Series {
  name: string;
  /** x and y, by x. */
  points: readonly (readonly [number, number])[];
}

export interface LineChart {
  title: string;
  /** What x and y are, with their units. */
  x: string;
  y: string;
  series: readonly Series[];
}

/** Text and lines of the frame: 4 to 1 against white and against a dark page (WCAG's contrast), which no text colour exceeds much on both. */
export const INK = '#777d85';
/** Of series: 3 to 1 against both. Where there are more series than colours, the next round is dashed. */
export const COLOURS = ['#2f81c4', '#c8552b', '#3a9150', '#b14fb0', '#a07d1c', '#20908c', '#d0486a', '#7a6fd0', '#6f8f2f', '#8a6d5a'] as const;

const PLOT = { left: 64, top: 40, width: 600, height: 260 };
const LEGEND = { left: PLOT.left + PLOT.width + 20, line: 18 };
const SIZE = { width: 860, height: 350 };
const TICKS = 5;

/** The chart; y begins at 0. A series without points stands in the legend alone. */
export function lineChart({ title, x, y, series }: LineChart): string {
  const points = series.flatMap((one) => one.points);
  const most = (of: 0 | 1) => points.reduce((max, point) => Math.max(max, point[of]), 0) || 1;
  const [xTicks, yTicks] = [ticks(most(0)), ticks(most(1))];
  // The frame ends at the highest tick of y, and where x ends.
  const toX = (value: number) => round(PLOT.left + (value / most(0)) * PLOT.width);
  const toY = (value: number) => round(PLOT.top + PLOT.height - (value / yTicks.at(-1)!) * PLOT.height);
  const bottom = PLOT.top + PLOT.height;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${SIZE.width} ${SIZE.height}" role="img" font-family="sans-serif" font-size="12" fill="${INK}">`,
    `<title>${escape(title)}</title>`,
    `<text x="${PLOT.left}" y="18" font-size="15" font-weight="bold">${escape(title)}</text>`,
    `<text x="${PLOT.left - 8}" y="34" text-anchor="end">${escape(y)}</text>`,
    ...yTicks.map((tick) => `<path d="M${PLOT.left} ${toY(tick)}H${PLOT.left + PLOT.width}" stroke="${INK}" stroke-opacity="${tick === 0 ? 1 : 0.3}"/><text x="${PLOT.left - 8}" y="${toY(tick) + 4}" text-anchor="end">${label(tick)}</text>`),
    ...xTicks.filter((tick) => tick <= most(0) * 1.001).map((tick) => `<path d="M${toX(tick)} ${bottom}v5" stroke="${INK}"/><text x="${toX(tick)}" y="${bottom + 18}" text-anchor="middle">${label(tick)}</text>`),
    `<text x="${PLOT.left + PLOT.width / 2}" y="${bottom + 38}" text-anchor="middle">${escape(x)}</text>`,
    ...series.map((one, i) => `<polyline fill="none" stroke-width="1.5" ${strokeOf(i)} points="${one.points.map(([px, py]) => `${toX(px)},${toY(py)}`).join(' ')}"/>`),
    ...series.map(({ name }, i) => `<path d="M${LEGEND.left} ${PLOT.top + i * LEGEND.line}h20" stroke-width="2.5" ${strokeOf(i)}/><text x="${LEGEND.left + 26}" y="${PLOT.top + i * LEGEND.line + 4}">${escape(name)}</text>`),
    '</svg>',
    '',
  ].join('\n');
}

/** About five round numbers from 0 to what covers `most`: steps of 1, 2 or 5 times a power of ten. */
export function ticks(most: number): number[] {
  const rough = most / TICKS;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= rough * (1 - 1e-9))!;
  // 0.1 * 3 is not 0.3.
  return Array.from({ length: Math.ceil(most / step - 1e-9) + 1 }, (_, i) => Number((i * step).toPrecision(12)));
}

function strokeOf(i: number): string {
  return `stroke="${COLOURS[i % COLOURS.length]}"${i < COLOURS.length ? '' : ' stroke-dasharray="5 3"'}`;
}

const round = (value: number) => Math.round(value * 10) / 10;
const label = (value: number) => value.toLocaleString('en-US');
const escape = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
