CREATE TABLE `statistics` (
	`minute` integer PRIMARY KEY NOT NULL,
	`requests` integer NOT NULL,
	`client_errors` integer NOT NULL,
	`server_errors` integer NOT NULL,
	`latency_sum` integer NOT NULL,
	`latency_max` integer NOT NULL,
	`within_10` integer NOT NULL,
	`within_50` integer NOT NULL,
	`within_100` integer NOT NULL,
	`within_250` integer NOT NULL,
	`within_1000` integer NOT NULL,
	`within_5000` integer NOT NULL,
	`slower` integer NOT NULL,
	`queued` integer NOT NULL,
	`running` integer NOT NULL,
	`progress_reports` integer NOT NULL
);
