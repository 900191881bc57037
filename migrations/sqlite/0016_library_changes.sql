CREATE TABLE `libraries` (
	`owner_id` text PRIMARY KEY NOT NULL,
	`version` integer NOT NULL,
	FOREIGN KEY (`owner_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `library_changes` (
	`owner_id` text NOT NULL,
	`version` integer NOT NULL,
	`id` text NOT NULL,
	`resource_id` text,
	`kind` text NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`owner_id`, `version`),
	FOREIGN KEY (`owner_id`) REFERENCES `libraries`(`owner_id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
-- Every library that has documents has a version, so that an index of it can be compared with the database.
INSERT INTO `libraries` (`owner_id`, `version`) SELECT DISTINCT `owner_id`, 1 FROM `resources`;--> statement-breakpoint
INSERT INTO `library_changes` (`owner_id`, `version`, `id`, `kind`, `created_at`)
SELECT `owner_id`, `version`, lower(hex(randomblob(16))), 'rebuild', CAST(strftime('%s', 'now') AS integer) * 1000 FROM `libraries`;
