-- Cases, their clocks, and what is known of officers, enterprises and hazards are shown by district too (chassis/sight.py); what
-- decisions rest on they read as everybody. Snapshots and deadlines are the machinery's, which looks at all of them.
SELECT show_by_district('case_list'), show_by_district('calendar'), show_by_district('calendar_cases'),
       show_by_district('officers'), show_by_district('enterprises'), show_by_district('hazards');
