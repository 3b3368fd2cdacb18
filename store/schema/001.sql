-- Times are nanoseconds since 1970 UTC; NULL is the zero time. Durations are nanoseconds. Lists are JSON; NULL is nil.

PRAGMA application_id = 0x4c6e7964;

CREATE TABLE meta (
  name  TEXT PRIMARY KEY,   -- rev, key_epoch, key_check
  value ANY NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO meta (name, value) VALUES ('rev', 0), ('key_epoch', 1);

CREATE TABLE application (
  id           TEXT PRIMARY KEY,
  name         TEXT NOT NULL,
  environment  TEXT NOT NULL,   -- JSON with its own version
  key_type     TEXT NOT NULL,
  consumer_key TEXT NOT NULL,
  grant_type   TEXT NOT NULL,
  username     TEXT NOT NULL,
  scopes       TEXT,
  extra        TEXT,
  probe_url    TEXT NOT NULL,
  source       TEXT NOT NULL,
  secret_state TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE application_secret (
  app_id   TEXT PRIMARY KEY REFERENCES application (id) ON DELETE CASCADE,
  consumer BLOB NOT NULL   -- sealed
) STRICT, WITHOUT ROWID;

CREATE TABLE token (
  id                  TEXT PRIMARY KEY,
  app_id              TEXT NOT NULL,
  fingerprint         TEXT NOT NULL,
  grant_type          TEXT NOT NULL,
  username            TEXT NOT NULL,
  scopes              TEXT,
  asked               TEXT,
  token_type          TEXT NOT NULL,
  lifetime            TEXT NOT NULL,
  issued_at           INTEGER,
  expires_at          INTEGER,
  granted             INTEGER NOT NULL,
  from_id             TEXT NOT NULL,
  refresh             TEXT NOT NULL,
  has_id              INTEGER NOT NULL,
  replaced_at         INTEGER,
  replaced_by         TEXT NOT NULL,
  revoke_at           INTEGER,
  revoke_kind         TEXT NOT NULL,
  revoke_tries        INTEGER NOT NULL,
  revoke_next         INTEGER,
  revoke_error        TEXT NOT NULL,
  accepted_at         INTEGER,
  refresh_accepted_at INTEGER,
  confirmed           INTEGER NOT NULL,
  seen_at             INTEGER,
  rev                 INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX token_issued ON token (issued_at, id);

CREATE TABLE token_secret (
  token_id TEXT PRIMARY KEY REFERENCES token (id) ON DELETE CASCADE,
  access   BLOB,   -- sealed, as the next two
  refresh  BLOB,
  id_token BLOB
) STRICT, WITHOUT ROWID;

CREATE TABLE probe (
  seq        INTEGER PRIMARY KEY,   -- the order in which they were stored
  token_id   TEXT NOT NULL REFERENCES token (id) ON DELETE CASCADE,
  at         INTEGER,
  status     INTEGER NOT NULL,
  fault_code INTEGER NOT NULL,
  verdict    TEXT NOT NULL
) STRICT;
CREATE INDEX probe_token ON probe (token_id, seq);

CREATE TABLE mark (
  id       TEXT PRIMARY KEY,
  op       TEXT NOT NULL,
  app_id   TEXT NOT NULL,
  token_id TEXT NOT NULL,   -- '' for a get
  scopes   TEXT,
  sent_at  INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE lease (
  name  TEXT PRIMARY KEY,
  owner TEXT NOT NULL,
  until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE setting (
  name  TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
