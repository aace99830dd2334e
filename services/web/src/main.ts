// Starts the web service.
import { runService } from '@tideway/service';
import { web } from './app.module.js';

await runService(web);
