// Starts the process that makes sessions of the web service's events.
import { runService } from '@tideway/service';
import { sessions } from './app.module.js';

await runService(sessions);
