-- Appends a batch of write sets in one statement: one snapshot, one round trip, one fsync.
--
-- Invariant: a write set is accepted whole or not at all. It is refused alone when a head differs from what the decision
-- was based on (conflict) or its idempotency key is known (repeated); refused write sets draw no sequence number.
-- Heads are read by a scalar subquery on purpose: an anti-join may be planned as a sequential scan of all events.
-- Rows go in by (stream_id, version), so that two processes take their unique-index locks in the same order.
-- The wide rows are unnested straight into the insert, and what is pending from narrow records of its own: a CTE of both would
-- be copied once more, which is a fifth of the statement's work for commands of many events.
-- Never ON CONFLICT DO NOTHING: it would tear a write set. Guarded by tests/chassis/test_append.py.
WITH heads AS MATERIALIZED (
    SELECT s.ws, bool_or(s.expected <> coalesce(
        (SELECT e.version FROM events e WHERE e.stream_id = s.stream_id ORDER BY e.version DESC LIMIT 1), 0)) AS moved
    FROM unnest($2::append_head[]) AS s
    GROUP BY s.ws
), keys AS MATERIALIZED (
    SELECT k.*, (SELECT true FROM commands c WHERE c.key = k.key) IS NOT NULL AS known
    FROM unnest($3::append_command[]) AS k
), verdicts AS MATERIALIZED (
    SELECT w.ws, CASE WHEN coalesce(k.known, false) THEN 'repeated'
                      WHEN coalesce(h.moved, false) THEN 'conflict' ELSE 'accepted' END AS verdict
    FROM generate_series(0, $1::int - 1) AS w(ws) LEFT JOIN keys k USING (ws) LEFT JOIN heads h USING (ws)
), accepted AS MATERIALIZED (
    SELECT ws, nextval('append_seq') AS append_seq
    FROM (SELECT ws FROM verdicts WHERE verdict = 'accepted' ORDER BY ws) AS in_order
), stored AS (
    INSERT INTO events (stream_id, version, event_id, command_id, type, district, organ, subject, occurred_at, recorded_at, actor,
                        device, correlation_id, causation_id, traceparent, rulebook, data)
    SELECT stream_id, version, event_id, command_id, type, district, organ, subject, occurred_at, recorded_at, actor,
           device, correlation_id, causation_id, traceparent, rulebook, data
    FROM unnest($4::append_event[]) AS r JOIN accepted a USING (ws)
    ORDER BY stream_id COLLATE "C", version
), queued AS (
    INSERT INTO pending (append_seq, ord, stream_id, version)
    SELECT a.append_seq, p.ord, p.stream_id, p.version
    FROM unnest($5::append_place[]) AS p JOIN accepted a USING (ws)
), remembered AS (
    INSERT INTO commands (key, fingerprint, command_id, answer, recorded_at)
    SELECT key, fingerprint, command_id, answer, recorded_at FROM keys JOIN accepted USING (ws) ORDER BY key COLLATE "C"
)
SELECT ws, verdict FROM verdicts ORDER BY ws
