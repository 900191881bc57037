-- Keywords: an index over chunks that stores no text of its own. The owner is a word of each row, so that the filter is part of the query;
-- one word and not the five of a UUID, and one that stemming leaves alone.
CREATE VIEW `chunks_fts_rows` AS
	SELECT seq, context, text, 'o' || replace(owner_id, '-', '') || 'z' AS owner FROM chunks;
--> statement-breakpoint
CREATE VIRTUAL TABLE `chunks_fts` USING fts5(
	context, text, owner,
	content='chunks_fts_rows', content_rowid='seq',
	tokenize='porter unicode61 remove_diacritics 2'
);
--> statement-breakpoint
CREATE TRIGGER `chunks_fts_insert` AFTER INSERT ON `chunks` BEGIN
	INSERT INTO chunks_fts (rowid, context, text, owner)
	VALUES (new.seq, new.context, new.text, 'o' || replace(new.owner_id, '-', '') || 'z');
END;
--> statement-breakpoint
CREATE TRIGGER `chunks_fts_delete` AFTER DELETE ON `chunks` BEGIN
	INSERT INTO chunks_fts (chunks_fts, rowid, context, text, owner)
	VALUES ('delete', old.seq, old.context, old.text, 'o' || replace(old.owner_id, '-', '') || 'z');
END;
--> statement-breakpoint
CREATE TRIGGER `chunks_fts_update` AFTER UPDATE OF seq, context, text, owner_id ON `chunks` BEGIN
	INSERT INTO chunks_fts (chunks_fts, rowid, context, text, owner)
	VALUES ('delete', old.seq, old.context, old.text, 'o' || replace(old.owner_id, '-', '') || 'z');
	INSERT INTO chunks_fts (rowid, context, text, owner)
	VALUES (new.seq, new.context, new.text, 'o' || replace(new.owner_id, '-', '') || 'z');
END;
--> statement-breakpoint
-- Vectors: each once more with a byte per dimension, stored in the order in which a search reads them.
CREATE TABLE `chunk_codes` (
	`owner_id` text NOT NULL,
	`model` text NOT NULL,
	`dimensions` integer NOT NULL,
	`chunk_seq` integer NOT NULL,
	`code` blob NOT NULL,
	PRIMARY KEY (`owner_id`, `model`, `dimensions`, `chunk_seq`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TRIGGER `chunk_codes_insert` AFTER INSERT ON `chunk_vectors` BEGIN
	INSERT OR REPLACE INTO chunk_codes (owner_id, model, dimensions, chunk_seq, code)
	VALUES (new.owner_id, new.model, length(new.embedding) / 4, new.chunk_seq, vector8(new.embedding));
END;
--> statement-breakpoint
CREATE TRIGGER `chunk_codes_delete` AFTER DELETE ON `chunk_vectors` BEGIN
	DELETE FROM chunk_codes WHERE owner_id = old.owner_id AND model = old.model AND dimensions = length(old.embedding) / 4 AND chunk_seq = old.chunk_seq;
END;
--> statement-breakpoint
CREATE TRIGGER `chunk_codes_update` AFTER UPDATE ON `chunk_vectors` BEGIN
	DELETE FROM chunk_codes WHERE owner_id = old.owner_id AND model = old.model AND dimensions = length(old.embedding) / 4 AND chunk_seq = old.chunk_seq;
	INSERT OR REPLACE INTO chunk_codes (owner_id, model, dimensions, chunk_seq, code)
	VALUES (new.owner_id, new.model, length(new.embedding) / 4, new.chunk_seq, vector8(new.embedding));
END;
