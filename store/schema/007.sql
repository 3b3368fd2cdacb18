-- Indexes for verbs that need a few tokens of many: those of an application, newest first; one by its
-- fingerprint; those whose revoke waits; those from before hashes were kept.

CREATE INDEX token_application ON token (app_id, issued_at, expires_at);
CREATE INDEX token_fingerprint ON token (fingerprint);
CREATE INDEX token_pending ON token (revoke_at) WHERE revoke_at IS NOT NULL
  AND (revoke_kind <> 'refresh' AND accepted_at IS NULL OR revoke_kind <> 'access' AND refresh = 'live' AND refresh_accepted_at IS NULL);
CREATE INDEX token_unhashed ON token (fingerprint) WHERE access_hash = '' AND refresh_hash = '';
CREATE INDEX mark_token ON mark (token_id);
