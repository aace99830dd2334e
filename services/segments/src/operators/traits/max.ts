// `max`: the largest amount, in millionths; no value where there is none.
import { extremeOperator } from './extreme.js';

export const max = extremeOperator('max', (a, b) => a > b);
