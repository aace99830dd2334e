// Starts the warehouse service.
import { runService } from '@tideway/service';
import { warehouse } from './app.module.js';

await runService(warehouse);
