-- A page of the ledger after $1 as the relay sends it. What every event has is one value, in the order of `JOINED` in
-- chassis/relay/pages.py, so that the process that sends spends its time on sending; what an event may lack stands apart.
-- Each row's event is looked up by its key: a join that was planned while the tables were empty scans all events at every page.
SELECT l.idx, l.shard, e.event_id, e.type, e.device, e.rulebook, e.traceparent, e.data,
       convert_to(concat_ws(E'\x1f',
           e.event_id, e.subject, e.stream_id, lpad(e.version::text, greatest(10, length(e.version::text)), '0'),
           to_char(e.occurred_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
           to_char(e.recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
           e.command_id, e.correlation_id, e.causation_id, e.district, e.organ, e.actor,
           l.idx, l.shard, l.shard_idx, encode(l.leaf, 'hex'), encode(l.chain, 'hex')), 'UTF8') AS joined
FROM (SELECT * FROM ledger WHERE idx > $1 ORDER BY idx LIMIT $2) AS l
CROSS JOIN LATERAL (SELECT * FROM events WHERE stream_id = l.stream_id AND version = l.version OFFSET 0) AS e
ORDER BY l.idx
