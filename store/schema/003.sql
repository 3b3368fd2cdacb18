-- Where the key is, when an answer with a token was last read, what grant a mark is of, and the audit log.

CREATE TABLE key_slot (
  one     INTEGER PRIMARY KEY CHECK (one = 1),
  kind    TEXT NOT NULL,   -- file, keyring, passphrase, env, command, memory
  params  TEXT NOT NULL,   -- JSON: what else is needed to find or to derive the slot's key; no secret
  wrapped BLOB,            -- the data key, sealed with the slot's key; NULL: the slot holds the data key itself
  made    INTEGER,         -- when the data key was drawn; NULL: not known
  before  TEXT NOT NULL    -- JSON list of {kind, params}: what held a key before and is still to be removed
) STRICT;
INSERT INTO key_slot SELECT 1, 'file', '{}', NULL, NULL, '[]' FROM meta WHERE name = 'key_check';

ALTER TABLE token ADD COLUMN answer_rev INTEGER NOT NULL DEFAULT 0;   -- the revision at which an answer last brought it

ALTER TABLE mark ADD COLUMN grant_type TEXT NOT NULL DEFAULT '';   -- of a get with another grant than the application's

CREATE TABLE event (
  seq         INTEGER PRIMARY KEY AUTOINCREMENT,
  at          INTEGER,
  kind        TEXT NOT NULL,
  token_id    TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  app_id      TEXT NOT NULL,
  application TEXT NOT NULL,   -- its label then
  facts       TEXT             -- JSON: what changed; no secret
) STRICT;

-- Tokens from before the log are in it as held, with all that is known of them, so that replaying it gives them
-- too. The names and forms are those of console/facts.go; json_patch leaves out what is NULL; the odd
-- arithmetic rounds down also before 1970. The time of the event is the last at which something happened to the
-- token: no clock is asked, so that the same file always becomes the same.
CREATE TEMP VIEW held_mark AS
  SELECT token_id, app_id, max(sent_at) AS last, json_group_object(id, json_patch('{}', json_object(
    'op', op, 'app_id', app_id, 'token_id', NULLIF(token_id, ''), 'scopes', json(scopes),
    'sent_at', strftime('%Y-%m-%dT%H:%M:%S', (sent_at - (sent_at % 1000000000 + 1000000000) % 1000000000) / 1000000000, 'unixepoch')
      || format('.%09dZ', (sent_at % 1000000000 + 1000000000) % 1000000000)))) AS marks
  FROM mark GROUP BY token_id, app_id;

CREATE TEMP VIEW held_probe AS
  SELECT token_id, json_group_array(json_patch('{}', json_object(
    'at', strftime('%Y-%m-%dT%H:%M:%S', (at - (at % 1000000000 + 1000000000) % 1000000000) / 1000000000, 'unixepoch')
      || format('.%09dZ', (at % 1000000000 + 1000000000) % 1000000000),
    'status', NULLIF(status, 0), 'fault_code', NULLIF(fault_code, 0), 'verdict', verdict)) ORDER BY seq) AS probes
  FROM probe GROUP BY token_id;

CREATE TEMP VIEW label AS
  SELECT id AS app_id, name || coalesce('@' || NULLIF(environment ->> 'name', ''), '')
    || coalesce('/' || NULLIF(key_type, ''), '') AS label
  FROM application;

INSERT INTO event (at, kind, token_id, fingerprint, app_id, application, facts)
SELECT (SELECT max(at) FROM (
    SELECT issued_at AS at UNION ALL SELECT replaced_at UNION ALL SELECT accepted_at UNION ALL SELECT refresh_accepted_at
    UNION ALL SELECT at_server_at UNION ALL SELECT seen_at
    UNION ALL SELECT max(probe.at) FROM probe WHERE token_id = token.id
    UNION ALL SELECT max(sent_at) FROM mark WHERE token_id = token.id)),
  'held', id, fingerprint, app_id, coalesce((SELECT label FROM label WHERE label.app_id = token.app_id), ''),
  json_patch(
    (SELECT json_group_object(name, strftime('%Y-%m-%dT%H:%M:%S', (at - (at % 1000000000 + 1000000000) % 1000000000) / 1000000000, 'unixepoch')
        || format('.%09dZ', (at % 1000000000 + 1000000000) % 1000000000)) FROM (
      SELECT 'issued_at' AS name, issued_at AS at
      UNION ALL
      SELECT 'expires_at', expires_at
      UNION ALL
      SELECT 'replaced_at', replaced_at
      UNION ALL
      SELECT 'at_server_at', at_server_at
      UNION ALL
      SELECT 'revoke_at', revoke_at
      UNION ALL
      SELECT 'revoke_next', revoke_next
      UNION ALL
      SELECT 'accepted_at', accepted_at
      UNION ALL
      SELECT 'refresh_accepted_at', refresh_accepted_at
      UNION ALL
      SELECT 'seen_at', seen_at
    ) WHERE at IS NOT NULL),
    json_object(
      'app_id', NULLIF(app_id, ''),
      'fingerprint', NULLIF(fingerprint, ''),
      'grant', NULLIF(grant_type, ''),
      'user', NULLIF(username, ''),
      'scopes', json(scopes),
      'asked', json(asked),
      'token_type', NULLIF(token_type, ''),
      'lifetime', NULLIF(lifetime, ''),
      'granted', CASE WHEN granted = 0 THEN NULL WHEN granted % 1000000000 = 0 THEN granted / 1000000000
        ELSE json(format('%d.%09d', granted / 1000000000, granted % 1000000000)) END,
      'from', NULLIF(from_id, ''),
      'refresh', NULLIF(refresh, ''),
      'has_id', CASE WHEN has_id THEN json('true') END,
      'replaced_by', NULLIF(replaced_by, ''),
      'jwt', CASE WHEN jwt THEN json('true') END,
      'at_server', NULLIF(at_server, ''),
      'revoke_kind', NULLIF(revoke_kind, ''),
      'revoke_tries', NULLIF(revoke_tries, 0),
      'revoke_error', NULLIF(revoke_error, ''),
      'confirmed', CASE WHEN confirmed THEN json('true') END,
      'probes', json((SELECT probes FROM held_probe WHERE token_id = token.id)),
      'marks', json((SELECT marks FROM held_mark WHERE token_id = token.id))))
FROM token ORDER BY issued_at, id;

INSERT INTO event (at, kind, token_id, fingerprint, app_id, application, facts)
SELECT last, 'held', '', '', app_id, coalesce((SELECT label FROM label WHERE label.app_id = held_mark.app_id), ''),
  json_object('marks', json(marks))
FROM held_mark WHERE token_id = '';

DROP VIEW label;
DROP VIEW held_probe;
DROP VIEW held_mark;
