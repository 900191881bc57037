-- The defaults are for the rows there are, and for servers of the version before that still run beside this one. A session
-- of before may do account operations only if it has every scope of its user's tier, and after a confirmation.
ALTER TABLE `sessions` ADD `kind` text DEFAULT 'grant' NOT NULL;--> statement-breakpoint
ALTER TABLE `sessions` ADD `authenticated_at` integer;--> statement-breakpoint
ALTER TABLE `sessions` ADD `credentials_epoch` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `users` ADD `credentials_epoch` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
UPDATE `sessions` SET `kind` = 'interactive' WHERE EXISTS (SELECT 1 FROM `users` WHERE `users`.`id` = `sessions`.`user_id` AND (`users`.`tier` <> 'admin' OR `scopes` LIKE '%"admin"%'))
	AND `scopes` LIKE '%"resources:read"%' AND `scopes` LIKE '%"resources:write"%' AND `scopes` LIKE '%"search"%';
