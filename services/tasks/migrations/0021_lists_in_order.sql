-- Behind every list: an index in its order, and one for each district, for whoever asks (tests/service/tasks/test_lists.py).
CREATE INDEX plan_list_in_order_by_district ON plan_list (district, begins_on, plan_id);
CREATE INDEX campaign_list_in_order_by_district ON campaign_list (district, starts_on, campaign_id);
CREATE INDEX claim_list_in_order ON claim_list (claimed_on, claim_id) WHERE organ_id IS NOT NULL;
CREATE INDEX claim_list_in_order_by_district ON claim_list (district, claimed_on, claim_id) WHERE organ_id IS NOT NULL;
CREATE INDEX week_list_in_order ON week_list (monday, week_id);
CREATE INDEX problem_list_in_order ON problem_list (monday, problem_id);
CREATE INDEX bulletin_list_in_order ON bulletin_list (monday, bulletin_id);
CREATE INDEX bulletin_list_in_order_by_district ON bulletin_list (district, monday, bulletin_id);
CREATE INDEX implementation_list_in_order ON implementation_list (drafted_on, implementation_id);
CREATE INDEX implementation_list_in_order_by_district ON implementation_list (district, drafted_on, implementation_id);
CREATE INDEX demonstration_list_in_order ON demonstration_list (planned_on, demonstration_id);
CREATE INDEX guidance_list_in_order ON guidance_list (planned_on, guidance_id);
CREATE INDEX training_list_in_order ON training_list (planned_on, training_id);
CREATE INDEX training_list_in_order_by_district ON training_list (district, planned_on, training_id);
CREATE INDEX module_users_in_order ON module_users (granted_on, grant_id);
