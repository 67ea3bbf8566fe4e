-- A site is known by all its sectors and by each piece of its equipment, so that later changes of its file can be followed.
-- Of what was fed before only the kinds in use are known, not the pieces: each is carried over as one piece of its kind.
ALTER TABLE enterprises ADD COLUMN sectors text[], ADD COLUMN equipment jsonb;

UPDATE enterprises
SET sectors = ARRAY[sector],
    equipment = (SELECT coalesce(jsonb_object_agg('carried:' || kind, jsonb_build_object('kind', kind)), '{}')
                 FROM unnest(equipment_kinds) AS kind);

ALTER TABLE enterprises
    ALTER COLUMN sectors SET NOT NULL, ALTER COLUMN equipment SET NOT NULL, DROP COLUMN sector, DROP COLUMN equipment_kinds;
