-- What a token was asked with, whether two rows hold one token, and what a probe asked.

CREATE TABLE hash_key (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  key BLOB NOT NULL   -- sealed: what secrets are hashed with, so that equal ones can be told without being opened
) STRICT;

ALTER TABLE token ADD COLUMN request TEXT;   -- JSON: what it was asked with; NULL: stored before that was kept
ALTER TABLE token ADD COLUMN access_hash TEXT NOT NULL DEFAULT '';    -- keyed hash of the access token
ALTER TABLE token ADD COLUMN refresh_hash TEXT NOT NULL DEFAULT '';   -- keyed hash of the refresh token
ALTER TABLE token ADD COLUMN answered_at INTEGER;   -- when an answer last brought it
ALTER TABLE token ADD COLUMN at_server_counts INTEGER NOT NULL DEFAULT 0;   -- whether the server may know of it
ALTER TABLE token ADD COLUMN active_at INTEGER;   -- when introspection last called it active
ALTER TABLE token ADD COLUMN at_server_since INTEGER;   -- when it was first told so, in a row of equal answers
ALTER TABLE token ADD COLUMN seen_url TEXT NOT NULL DEFAULT '';   -- where a probe was last accepted
CREATE INDEX token_access ON token (access_hash) WHERE access_hash <> '';
CREATE INDEX token_refresh ON token (refresh_hash) WHERE refresh_hash <> '';

ALTER TABLE probe ADD COLUMN url TEXT NOT NULL DEFAULT '';   -- without its query; '': stored before that was kept
ALTER TABLE probe ADD COLUMN names_token INTEGER NOT NULL DEFAULT 0;   -- the refusal says that it is about the token

ALTER TABLE mark ADD COLUMN request TEXT;
ALTER TABLE mark ADD COLUMN ends_by INTEGER;   -- the latest end of a token that was lost; NULL: not known
