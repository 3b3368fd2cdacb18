-- A MAC of each row that decides something, made with a key that is derived from the data key. Rows have none
-- until the key is next at hand; key_slot.wrapped and the place of the key say whether that was done.

ALTER TABLE application ADD COLUMN mac BLOB;
ALTER TABLE token ADD COLUMN mac BLOB;
ALTER TABLE probe ADD COLUMN mac BLOB;
ALTER TABLE mark ADD COLUMN mac BLOB;
ALTER TABLE setting ADD COLUMN mac BLOB;
