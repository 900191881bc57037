CREATE TABLE `oauth_clients` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`redirect_uris` text NOT NULL,
	`created_at` integer NOT NULL,
	`granted_at` integer
);
--> statement-breakpoint
CREATE INDEX `oauth_clients_created` ON `oauth_clients` (`created_at`);--> statement-breakpoint
ALTER TABLE `sessions` ADD `client_id` text REFERENCES oauth_clients(id) ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE `sessions` ADD `audience` text;--> statement-breakpoint
ALTER TABLE `sessions` ADD `authorization_request` text;--> statement-breakpoint
CREATE INDEX `sessions_client` ON `sessions` (`client_id`);