// `first`: the value of a field in the earliest activity of the window that has one.
import { isLater } from '../../evaluate/order.js';
import { choosingOperator } from './chosen.js';

export const first = choosingOperator('first', (a, b) => isLater(b, a), 'argMin');
