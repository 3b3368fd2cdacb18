// Package store keeps what the console knows in one SQLite file and implements console.Keeper.
//
// It refuses to know what a token means: no state is computed here, no rule of a verb is checked, no
// clock is read (leases are judged by the times the caller gives), nothing is sent anywhere. It knows
// facts, the order in which they were committed, and how to keep them from being lost, read or forged:
//
//   - Every commit is durable when Update returns (WAL, synchronous FULL), and transactions are
//     serialised against every other process on the same file (BEGIN IMMEDIATE).
//   - Secrets are sealed before SQLite sees them, so that the write-ahead log, free pages and copies hold
//     only ciphertext. What is sealed is bound to its table, row, column and key epoch: a row that was
//     moved or altered is refused, not used. Everything else is in the clear, the fingerprints too.
//   - The key lives in a KeySlot, by default a key file beside the database. That protects a copied
//     database and a backup, not somebody who can read the whole directory.
//
// Refused: a JSON file (rewritten whole, and two consoles overwrite each other), bbolt (locks the second
// process out), sealing the whole file (then nothing can be listed without the key), fsnotify
// (PRAGMA data_version answers exactly the question that matters: has somebody committed).
package store
