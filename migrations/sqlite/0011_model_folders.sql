ALTER TABLE `embedding_models` ADD `path` text;--> statement-breakpoint
ALTER TABLE `embedding_models` ADD `fingerprint` text;