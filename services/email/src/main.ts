// Starts the email service.
import { runService } from '@tideway/service';
import { email } from './app.module.js';

await runService(email);
