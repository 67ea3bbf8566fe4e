-- How far an import is: its sites that are in the lists.
CREATE INDEX enterprises_by_import ON enterprises (import_id);
