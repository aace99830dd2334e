// `latest`: the value of a field in the last activity that has one.
import { isLater } from '../../evaluate/order.js';
import { choosingOperator } from './chosen.js';

export const latest = choosingOperator('latest', isLater, 'argMax');
