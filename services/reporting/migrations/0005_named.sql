-- Who and what an event names: the key of its stream, who acted, and every text in its data that has the shape of an id. The copy
-- takes whatever was recorded: of bytes that are no JSON, or are nested too deep, only stream and actor are known.
CREATE FUNCTION named_in(stream_id text, actor text, data bytea) RETURNS text[] LANGUAGE plpgsql IMMUTABLE STRICT AS $$
DECLARE
    own text[] := ARRAY[substr(stream_id, strpos(stream_id, ':') + 1), actor::jsonb ->> 'id'];
BEGIN
    RETURN own || ARRAY(
        SELECT DISTINCT id #>> '{}'
        FROM jsonb_path_query(
            convert_from(data, 'UTF8')::jsonb,
            'strict $.** ? (@.type() == "string" && @ like_regex "^[a-z0-9][a-z0-9-]{2,63}$")'
        ) AS id
    );
EXCEPTION WHEN data_exception OR program_limit_exceeded THEN
    RETURN own;
END $$;

-- Histories of officers and of documents, exact with the copy: an index and not a read model, which would lag behind it.
CREATE INDEX ledger_copy_by_name ON ledger_copy USING gin (named_in(stream_id, actor, data)) WITH (gin_pending_list_limit = 256);
