-- Which parties of a case are late with their payment; which payments are told who handles their case.
ALTER TABLE case_list ADD COLUMN late text[] COLLATE "C" NOT NULL DEFAULT '{}';
ALTER TABLE payment_cases ADD COLUMN payments text[] COLLATE "C" NOT NULL DEFAULT '{}';
