// Starts the personalization service.
import { runService } from '@tideway/service';
import { personalization } from './app.module.js';

await runService(personalization);
