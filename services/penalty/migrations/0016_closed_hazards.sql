-- Inspection may decide that a hazard is not followed any further, and says why: it is settled, and not rectified.
ALTER TABLE hazards DROP CONSTRAINT hazards_state_check;
ALTER TABLE hazards ADD CONSTRAINT hazards_state_check CHECK (state IN ('referred', 'ordered', 'failed', 'rectified', 'closed'));
