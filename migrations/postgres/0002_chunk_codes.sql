-- Vectors: each once more as a short code, so that PostgreSQL without pgvector compares them fast (docs/decisions/0009).
-- A dimension is seven bits, as many of them set as thresholds lie below its value: of two codes as many bits differ as
-- their dimensions are steps apart. Thresholds are half of the value that every dimension of a vector of length 1 would
-- have if all were alike, from -1.5 to 1.5 of it.
CREATE FUNCTION pharos_code(embedding real[]) RETURNS bit varying LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT AS $$
DECLARE
	levels CONSTANT text[] := '{0000000,1000000,1100000,1110000,1111000,1111100,1111110,1111111}';
	highest float8 := 1.5 / sqrt(greatest(cardinality(embedding), 1));
BEGIN
	RETURN (SELECT coalesce(string_agg(levels[width_bucket(x, -highest, highest, 6) + 1], ''), '')::bit varying FROM unnest(embedding) AS x);
END $$;
--> statement-breakpoint
-- The vectors that are searched together, those of one owner, model and length, as a number: a search reads every row of it,
-- and compares numbers faster than texts. Two that share a number are told apart where the full vectors are read.
CREATE FUNCTION pharos_code_group(owner_id text, model text, dimensions integer) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS
	$$ SELECT ('x' || left(encode(sha256(convert_to(owner_id || ' ' || dimensions || ' ' || model, 'UTF8')), 'hex'), 16))::bit(64)::bigint $$;
--> statement-breakpoint
CREATE TABLE "chunk_codes" (
	"code_group" bigint NOT NULL,
	"chunk_seq" bigint NOT NULL,
	"code" bit varying NOT NULL,
	PRIMARY KEY ("code_group", "chunk_seq")
);
--> statement-breakpoint
CREATE FUNCTION pharos_code_vector() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF TG_OP <> 'INSERT' THEN
		DELETE FROM chunk_codes
		WHERE code_group = pharos_code_group(OLD.owner_id, OLD.model, cardinality(OLD.embedding)) AND chunk_seq = OLD.chunk_seq;
	END IF;
	-- A vector with what is no number in it is near nothing.
	IF TG_OP <> 'DELETE' AND 'NaN' <> ALL (NEW.embedding) THEN
		INSERT INTO chunk_codes (code_group, chunk_seq, code)
		VALUES (pharos_code_group(NEW.owner_id, NEW.model, cardinality(NEW.embedding)), NEW.chunk_seq, pharos_code(NEW.embedding))
		ON CONFLICT (code_group, chunk_seq) DO UPDATE SET code = excluded.code;
	END IF;
	RETURN NULL;
END $$;
--> statement-breakpoint
-- Whoever writes vectors waits from here until the codes of those that are there have been made; reading goes on.
CREATE TRIGGER "chunk_vectors_code" AFTER INSERT OR UPDATE OR DELETE ON "chunk_vectors"
	FOR EACH ROW EXECUTE FUNCTION pharos_code_vector();
--> statement-breakpoint
INSERT INTO chunk_codes (code_group, chunk_seq, code)
SELECT pharos_code_group(owner_id, model, cardinality(embedding)), chunk_seq, pharos_code(embedding)
FROM chunk_vectors WHERE 'NaN' <> ALL (embedding);
--> statement-breakpoint
-- The same distance in a third of the time: elements by number instead of as rows, many in one expression.
CREATE OR REPLACE FUNCTION vector_distance_cos(a real[], b real[]) RETURNS double precision LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT AS $$
DECLARE
	product float8 := 0;
	i int := 1;
	size int := cardinality(a);
BEGIN
	IF size <> cardinality(b) THEN RETURN NULL; END IF;
	WHILE i + 31 <= size LOOP
		product := product + a[i]::float8 * b[i] + a[i + 1]::float8 * b[i + 1] + a[i + 2]::float8 * b[i + 2] + a[i + 3]::float8 * b[i + 3]
			+ a[i + 4]::float8 * b[i + 4] + a[i + 5]::float8 * b[i + 5] + a[i + 6]::float8 * b[i + 6] + a[i + 7]::float8 * b[i + 7]
			+ a[i + 8]::float8 * b[i + 8] + a[i + 9]::float8 * b[i + 9] + a[i + 10]::float8 * b[i + 10] + a[i + 11]::float8 * b[i + 11]
			+ a[i + 12]::float8 * b[i + 12] + a[i + 13]::float8 * b[i + 13] + a[i + 14]::float8 * b[i + 14] + a[i + 15]::float8 * b[i + 15]
			+ a[i + 16]::float8 * b[i + 16] + a[i + 17]::float8 * b[i + 17] + a[i + 18]::float8 * b[i + 18] + a[i + 19]::float8 * b[i + 19]
			+ a[i + 20]::float8 * b[i + 20] + a[i + 21]::float8 * b[i + 21] + a[i + 22]::float8 * b[i + 22] + a[i + 23]::float8 * b[i + 23]
			+ a[i + 24]::float8 * b[i + 24] + a[i + 25]::float8 * b[i + 25] + a[i + 26]::float8 * b[i + 26] + a[i + 27]::float8 * b[i + 27]
			+ a[i + 28]::float8 * b[i + 28] + a[i + 29]::float8 * b[i + 29] + a[i + 30]::float8 * b[i + 30] + a[i + 31]::float8 * b[i + 31];
		i := i + 32;
	END LOOP;
	WHILE i <= size LOOP
		product := product + a[i]::float8 * b[i];
		i := i + 1;
	END LOOP;
	RETURN 1 - product;
END $$;
