// `min`: the smallest amount, in millionths; no value where there is none.
import { extremeOperator } from './extreme.js';

export const min = extremeOperator('min', (a, b) => a < b);
