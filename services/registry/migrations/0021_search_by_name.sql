-- Searched from end to end for part of a name, without a look at the table.
CREATE INDEX enterprises_search ON enterprises (name, enterprise_id) INCLUDE (district, sector, uscc);
DROP INDEX enterprises_by_name;
