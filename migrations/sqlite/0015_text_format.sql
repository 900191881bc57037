ALTER TABLE `resources` ADD `filename` text;--> statement-breakpoint
ALTER TABLE `resources` ADD `title_key` text;--> statement-breakpoint
ALTER TABLE `resources` ADD `text_format` text;--> statement-breakpoint
UPDATE `resources` SET `filename` = (SELECT `filename` FROM `resource_sources` WHERE `resource_id` = `resources`.`id`), `title_key` = lower(substr(`title`, 1, 200));--> statement-breakpoint
CREATE INDEX `resources_owner_title` ON `resources` (`owner_id`,coalesce(title_key, ''),`id`);--> statement-breakpoint
CREATE INDEX `resources_owner_quality` ON `resources` (`owner_id`,coalesce(quality_score, -1),`id`);
