// Starts the segments service.
import { runService } from '@tideway/service';
import { segments } from './app.module.js';

await runService(segments);
