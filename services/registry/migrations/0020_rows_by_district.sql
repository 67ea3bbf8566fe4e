-- Every table with a district is shown by district, but for the jurisdictions and the published law, which are public.
SELECT show_by_district(c.oid::regclass)
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'district' AND NOT a.attisdropped
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND NOT c.relrowsecurity
  AND c.relname NOT IN ('events', 'jurisdictions', 'publications')
ORDER BY c.relname;
