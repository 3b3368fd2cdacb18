-- What introspection said, whether a token is a JWT, and the details of grants that need more than a scope.

ALTER TABLE token ADD COLUMN jwt INTEGER NOT NULL DEFAULT 0;
ALTER TABLE token ADD COLUMN at_server TEXT NOT NULL DEFAULT '';   -- '', active or inactive
ALTER TABLE token ADD COLUMN at_server_at INTEGER;

ALTER TABLE application ADD COLUMN details TEXT;   -- JSON; NULL is none
