// Starts the customer service.
import { runService } from '@tideway/service';
import { customer } from './app.module.js';

await runService(customer);
