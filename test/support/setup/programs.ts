/**
 * Global set-up of the projects whose files start servers of their own. It installs missing server programs before the first
 * test, because test files run side by side and two installations at a time fail.
 */
import { postgresBinaries } from '../servers/postgres.ts';
import { redisServer } from '../servers/redis.ts';

export function setup(): void {
  postgresBinaries();
  redisServer();
}
