// Starts the paid-media service.
import { runService } from '@tideway/service';
import { paidMedia } from './app.module.js';

await runService(paidMedia);
