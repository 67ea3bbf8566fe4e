-- What was put last into each district's topic, and into which cluster; another copy, or another cluster, and all is told anew.
CREATE TABLE feed_topics (
    district text COLLATE "C" PRIMARY KEY,
    cluster  text NOT NULL,
    epoch    text NOT NULL,
    seq      bigint NOT NULL
);
