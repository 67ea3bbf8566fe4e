-- Which rows of a table with a district a reading connection shows: those of the districts that it was told to look at
-- (chassis/sight.py), and without that none. The owner, which is what workers are, sees all.
-- Both settings are read once per query, as scalar subqueries: inline they would be read for every row.
CREATE FUNCTION show_by_district(target regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format(
        'CREATE POLICY by_district ON %s FOR SELECT USING (
            (SELECT current_setting(''casetrail.districts'', true)) = ''*''
            OR district = ANY ((SELECT string_to_array(current_setting(''casetrail.districts'', true), '',''))::text[]))', target);
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', target);
END $$;
