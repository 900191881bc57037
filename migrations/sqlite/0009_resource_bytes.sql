ALTER TABLE `resources` ADD `bytes` integer;--> statement-breakpoint
UPDATE `resources` SET `bytes` = (SELECT length(`body`) FROM `resource_sources` WHERE `resource_id` = `resources`.`id`);--> statement-breakpoint
CREATE INDEX `resources_owner_bytes` ON `resources` (`owner_id`,`bytes`);
