CREATE TABLE `callback_deliveries` (
	`id` text PRIMARY KEY NOT NULL,
	`owner_id` text NOT NULL,
	`resource_id` text NOT NULL,
	`event` text NOT NULL,
	`url` text NOT NULL,
	`payload` text NOT NULL,
	`state` text NOT NULL,
	`attempt` integer NOT NULL,
	`available_at` integer NOT NULL,
	`response_status` integer,
	`error` text,
	`created_at` integer NOT NULL,
	`finished_at` integer,
	FOREIGN KEY (`owner_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`resource_id`) REFERENCES `resources`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `callback_deliveries_due` ON `callback_deliveries` (`state`,`available_at`);--> statement-breakpoint
CREATE INDEX `callback_deliveries_owner` ON `callback_deliveries` (`owner_id`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `callback_deliveries_resource` ON `callback_deliveries` (`resource_id`);--> statement-breakpoint
CREATE TABLE `callback_secrets` (
	`owner_id` text PRIMARY KEY NOT NULL,
	`secret` text NOT NULL,
	`previous_secret` text,
	`previous_expires_at` integer,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`owner_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
);
