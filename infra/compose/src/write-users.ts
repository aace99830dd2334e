// Writes clickhouse-users.xml anew.
import { writeUsersFile } from './users.js';

writeUsersFile();
