// Package store keeps what the console knows in one SQLite file and implements console.Keeper.
//
// It computes no state, checks no rule of a verb, reads no clock and sends nothing. Leases are
// judged by the times that the caller gives. The store keeps facts, in the order in which they
// were committed, from being lost, read or forged:
//
//   - Every commit is durable when Update returns (WAL, synchronous FULL), and transactions are
//     serialised against every other process on the same file (BEGIN IMMEDIATE).
//   - Secrets are sealed before SQLite sees them, so that the write-ahead log, free pages and
//     copies hold only ciphertext. What is sealed is bound to its table, row, column and key
//     epoch: a row that was moved or altered is refused, not used. Everything else is in the
//     clear, the fingerprints too.
//   - What is sealed is sealed with a data key, which is itself sealed with the key of one
//     KeySlot: a key file beside the database (which protects a copied database, not the whole
//     directory), the system's keyring, or a text that a key is derived from, which a person, a
//     variable or a program gives. Package key has these places; package disk asks the file
//     system. Their errors get a sentence, a code and a way out here.
//   - A store whose key was not fetched is locked, not unusable: all but the secrets can be read
//     and written.
//   - A new key is durable beside the old one before one transaction seals everything with it
//     (Rotate), and the old one goes afterwards. Killed at any point, the store opens with one of
//     them. Every transaction looks whether the key is still the same, so that a console which is
//     open meanwhile fetches the new one and carries on.
//   - A transaction waits for nothing but the disk. Keyrings, programs and people are asked
//     before.
//
// docs/decisions.md says why it is one SQLite file, and why there is one key slot.
package store
