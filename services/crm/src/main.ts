// Starts the crm service.
import { runService } from '@tideway/service';
import { crm } from './app.module.js';

await runService(crm);
