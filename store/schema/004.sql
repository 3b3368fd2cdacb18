-- Passwords of applications that are kept here, and of a get with another user than the application's, which.

CREATE TABLE application_password (
  app_id   TEXT PRIMARY KEY REFERENCES application (id) ON DELETE CASCADE,
  password BLOB NOT NULL   -- sealed
) STRICT, WITHOUT ROWID;

ALTER TABLE mark ADD COLUMN username TEXT NOT NULL DEFAULT '';
