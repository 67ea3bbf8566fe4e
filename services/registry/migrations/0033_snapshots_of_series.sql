-- Snapshots of number series are shown to whoever reads their events, which no district hides: a decision that takes a number reads
-- as nobody in particular, and would fold the whole series. Those of any other stream stay shown by district.
CREATE POLICY of_number_series ON snapshots FOR SELECT USING (starts_with(stream_id, 'number-series:'));
