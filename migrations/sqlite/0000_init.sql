CREATE TABLE `categories` (
	`id` text PRIMARY KEY NOT NULL,
	`parent_id` text,
	`label` text NOT NULL,
	`description` text NOT NULL,
	`keywords` text NOT NULL,
	`examples` text NOT NULL,
	`position` integer NOT NULL,
	FOREIGN KEY (`parent_id`) REFERENCES `categories`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `chunk_vectors` (
	`chunk_seq` integer NOT NULL,
	`model` text NOT NULL,
	`owner_id` text NOT NULL,
	`embedding` blob NOT NULL,
	PRIMARY KEY(`chunk_seq`, `model`),
	FOREIGN KEY (`chunk_seq`) REFERENCES `chunks`(`seq`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `chunk_vectors_owner` ON `chunk_vectors` (`owner_id`,`model`);--> statement-breakpoint
CREATE TABLE `chunks` (
	`seq` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`id` text NOT NULL,
	`resource_id` text NOT NULL,
	`owner_id` text NOT NULL,
	`position` integer NOT NULL,
	`text` text NOT NULL,
	`context` text NOT NULL,
	`heading_path` text NOT NULL,
	`char_start` integer NOT NULL,
	`char_end` integer NOT NULL,
	`page_start` integer,
	`page_end` integer,
	`word_count` integer NOT NULL,
	FOREIGN KEY (`resource_id`) REFERENCES `resources`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `chunks_id` ON `chunks` (`id`);--> statement-breakpoint
CREATE UNIQUE INDEX `chunks_resource_position` ON `chunks` (`resource_id`,`position`);--> statement-breakpoint
CREATE INDEX `chunks_owner` ON `chunks` (`owner_id`);--> statement-breakpoint
CREATE TABLE `edges` (
	`source_id` text NOT NULL,
	`target_id` text NOT NULL,
	`kind` text NOT NULL,
	`owner_id` text NOT NULL,
	`weight` real NOT NULL,
	`evidence` text NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`source_id`, `target_id`, `kind`),
	FOREIGN KEY (`source_id`) REFERENCES `resources`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`target_id`) REFERENCES `resources`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `edges_target` ON `edges` (`target_id`);--> statement-breakpoint
CREATE INDEX `edges_owner` ON `edges` (`owner_id`);--> statement-breakpoint
CREATE TABLE `idempotency_keys` (
	`owner_id` text NOT NULL,
	`key` text NOT NULL,
	`fingerprint` text NOT NULL,
	`resource_id` text NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	PRIMARY KEY(`owner_id`, `key`)
);
--> statement-breakpoint
CREATE INDEX `idempotency_keys_expires` ON `idempotency_keys` (`expires_at`);--> statement-breakpoint
CREATE TABLE `jobs` (
	`id` text PRIMARY KEY NOT NULL,
	`kind` text NOT NULL,
	`owner_id` text NOT NULL,
	`resource_id` text,
	`payload` text NOT NULL,
	`state` text NOT NULL,
	`attempt` integer NOT NULL,
	`max_attempts` integer NOT NULL,
	`available_at` integer NOT NULL,
	`published_at` integer,
	`lease_owner` text,
	`lease_expires_at` integer,
	`error` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`finished_at` integer,
	FOREIGN KEY (`resource_id`) REFERENCES `resources`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `jobs_due` ON `jobs` (`state`,`available_at`);--> statement-breakpoint
CREATE INDEX `jobs_owner_state` ON `jobs` (`owner_id`,`state`);--> statement-breakpoint
CREATE INDEX `jobs_resource` ON `jobs` (`resource_id`);--> statement-breakpoint
CREATE TABLE `links` (
	`id` text PRIMARY KEY NOT NULL,
	`resource_id` text NOT NULL,
	`owner_id` text NOT NULL,
	`target_key` text NOT NULL,
	`url` text NOT NULL,
	`anchor` text NOT NULL,
	`context` text NOT NULL,
	FOREIGN KEY (`resource_id`) REFERENCES `resources`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `links_resource` ON `links` (`resource_id`);--> statement-breakpoint
CREATE INDEX `links_owner_target` ON `links` (`owner_id`,`target_key`);--> statement-breakpoint
CREATE TABLE `resource_identifiers` (
	`resource_id` text NOT NULL,
	`key` text NOT NULL,
	`owner_id` text NOT NULL,
	PRIMARY KEY(`resource_id`, `key`),
	FOREIGN KEY (`resource_id`) REFERENCES `resources`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `resource_identifiers_owner_key` ON `resource_identifiers` (`owner_id`,`key`);--> statement-breakpoint
CREATE TABLE `resource_sources` (
	`resource_id` text PRIMARY KEY NOT NULL,
	`content_type` text NOT NULL,
	`filename` text,
	`body` blob NOT NULL,
	`fetched_url` text,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`resource_id`) REFERENCES `resources`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `resource_stages` (
	`resource_id` text NOT NULL,
	`stage` text NOT NULL,
	`status` text NOT NULL,
	`percent` real NOT NULL,
	`run` integer NOT NULL,
	`attempt` integer NOT NULL,
	`message` text,
	`started_at` integer,
	`finished_at` integer,
	`updated_at` integer NOT NULL,
	PRIMARY KEY(`resource_id`, `stage`),
	FOREIGN KEY (`resource_id`) REFERENCES `resources`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `resource_vectors` (
	`resource_id` text NOT NULL,
	`model` text NOT NULL,
	`owner_id` text NOT NULL,
	`embedding` blob NOT NULL,
	PRIMARY KEY(`resource_id`, `model`),
	FOREIGN KEY (`resource_id`) REFERENCES `resources`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `resource_vectors_owner` ON `resource_vectors` (`owner_id`,`model`);--> statement-breakpoint
CREATE TABLE `resources` (
	`id` text PRIMARY KEY NOT NULL,
	`owner_id` text NOT NULL,
	`source_key` text NOT NULL,
	`content_hash` text,
	`url` text,
	`content_type` text,
	`title` text,
	`description` text,
	`tags` text NOT NULL,
	`metadata` text NOT NULL,
	`edited` text NOT NULL,
	`callback_url` text,
	`status` text NOT NULL,
	`error_message` text,
	`run` integer NOT NULL,
	`language` text,
	`authors` text NOT NULL,
	`published_at` text,
	`canonical_url` text,
	`doi` text,
	`arxiv_id` text,
	`text` text,
	`summary` text,
	`keywords` text NOT NULL,
	`word_count` integer,
	`quality_score` real,
	`quality` text,
	`category` text,
	`categories` text NOT NULL,
	`centrality` real,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`completed_at` integer,
	FOREIGN KEY (`owner_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `resources_owner_source` ON `resources` (`owner_id`,`source_key`);--> statement-breakpoint
CREATE INDEX `resources_owner_hash` ON `resources` (`owner_id`,`content_hash`);--> statement-breakpoint
CREATE INDEX `resources_owner_created` ON `resources` (`owner_id`,`created_at`,`id`);--> statement-breakpoint
CREATE TABLE `revocations` (
	`key` text PRIMARY KEY NOT NULL,
	`expires_at` integer NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `revocations_expires` ON `revocations` (`expires_at`);--> statement-breakpoint
CREATE TABLE `sessions` (
	`id` text PRIMARY KEY NOT NULL,
	`user_id` text NOT NULL,
	`generation` integer NOT NULL,
	`scopes` text NOT NULL,
	`created_at` integer NOT NULL,
	`rotated_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`revoked_at` integer,
	`revoked_reason` text,
	`user_agent` text,
	`address` text,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `sessions_user` ON `sessions` (`user_id`);--> statement-breakpoint
CREATE INDEX `sessions_expires` ON `sessions` (`expires_at`);--> statement-breakpoint
CREATE TABLE `users` (
	`id` text PRIMARY KEY NOT NULL,
	`username` text NOT NULL,
	`username_key` text NOT NULL,
	`email` text NOT NULL,
	`email_key` text NOT NULL,
	`password_hash` text,
	`tier` text NOT NULL,
	`active` integer NOT NULL,
	`email_verified_at` integer,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `users_username_key` ON `users` (`username_key`);--> statement-breakpoint
CREATE UNIQUE INDEX `users_email_key` ON `users` (`email_key`);