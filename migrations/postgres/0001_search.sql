-- Keywords: a document per chunk in its resource's language, its heading path weighing more than its text.
-- Accents are folded on both sides, as the index on SQLite does.
CREATE FUNCTION pharos_fold(words text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS
	$$ SELECT regexp_replace(normalize(words, NFD), '[\u0300-\u036f]', '', 'g') $$;
--> statement-breakpoint
CREATE FUNCTION pharos_languages() RETURNS regconfig[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
	$$ SELECT ARRAY['simple', 'arabic', 'danish', 'dutch', 'english', 'finnish', 'french', 'german', 'hungarian', 'italian',
		'norwegian', 'portuguese', 'romanian', 'russian', 'spanish', 'swedish', 'turkish']::regconfig[] $$;
--> statement-breakpoint
-- A language that PostgreSQL has no stemmer for is indexed word by word; one that is not known counts as English.
CREATE FUNCTION pharos_language(code text) RETURNS regconfig LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
	$$ SELECT (CASE lower(split_part(coalesce(code, 'en'), '-', 1))
		WHEN 'ar' THEN 'arabic' WHEN 'da' THEN 'danish' WHEN 'nl' THEN 'dutch' WHEN 'en' THEN 'english' WHEN 'fi' THEN 'finnish'
		WHEN 'fr' THEN 'french' WHEN 'de' THEN 'german' WHEN 'hu' THEN 'hungarian' WHEN 'it' THEN 'italian' WHEN 'no' THEN 'norwegian'
		WHEN 'nb' THEN 'norwegian' WHEN 'nn' THEN 'norwegian' WHEN 'pt' THEN 'portuguese' WHEN 'ro' THEN 'romanian' WHEN 'ru' THEN 'russian'
		WHEN 'es' THEN 'spanish' WHEN 'sv' THEN 'swedish' WHEN 'tr' THEN 'turkish' ELSE 'simple' END)::regconfig $$;
--> statement-breakpoint
CREATE TABLE "chunk_search" (
	"chunk_seq" bigint PRIMARY KEY REFERENCES "chunks" ("seq") ON DELETE CASCADE,
	"owner_id" text NOT NULL,
	"config" regconfig NOT NULL,
	"document" tsvector NOT NULL
);
--> statement-breakpoint
CREATE INDEX "chunk_search_document" ON "chunk_search" USING gin ("document");
--> statement-breakpoint
CREATE INDEX "chunk_search_owner" ON "chunk_search" ("owner_id", "config");
--> statement-breakpoint
CREATE FUNCTION pharos_index_chunk() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE language regconfig;
BEGIN
	SELECT pharos_language(r.language) INTO language FROM resources r WHERE r.id = NEW.resource_id;
	INSERT INTO chunk_search (chunk_seq, owner_id, config, document)
	VALUES (NEW.seq, NEW.owner_id, language,
		setweight(to_tsvector(language, pharos_fold(NEW.context)), 'A') || setweight(to_tsvector(language, pharos_fold(NEW.text)), 'B'))
	ON CONFLICT (chunk_seq) DO UPDATE SET owner_id = excluded.owner_id, config = excluded.config, document = excluded.document;
	RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER "chunks_search" AFTER INSERT OR UPDATE OF context, text, owner_id ON "chunks"
	FOR EACH ROW EXECUTE FUNCTION pharos_index_chunk();
--> statement-breakpoint
CREATE FUNCTION pharos_index_resource() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF pharos_language(NEW.language) IS DISTINCT FROM pharos_language(OLD.language) THEN
		UPDATE chunks SET text = text WHERE resource_id = NEW.id;
	END IF;
	RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER "resources_search" AFTER UPDATE OF language ON "resources"
	FOR EACH ROW EXECUTE FUNCTION pharos_index_resource();
--> statement-breakpoint
-- The cosine distance under the name that libSQL has for it, of vectors of length 1 as all that are stored are;
-- pgvector's takes its place where the extension is there.
CREATE FUNCTION vector_distance_cos(a real[], b real[]) RETURNS double precision LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS
	$$ SELECT 1 - sum(x::float8 * y) FROM unnest(a, b) AS t (x, y) $$;
