-- Every table with a district is shown by district (chassis/sight.py); what decisions know of the register they read as everybody.
SELECT show_by_district(c.oid::regclass)
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'district' AND NOT a.attisdropped
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND NOT c.relrowsecurity AND c.relname <> 'events'
ORDER BY c.relname;
