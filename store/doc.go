// Package store keeps what the console knows in one SQLite file and implements console.Keeper.
//
// It computes no state, checks no rule of a verb, reads no clock and sends nothing. Leases are
// judged by the times that the caller gives. The store keeps facts, in the order in which they
// were committed, from being lost, read or forged:
//
//   - Every commit is durable when Update returns (WAL, synchronous FULL), and transactions are
//     serialised against every other process on the same file (BEGIN IMMEDIATE).
//   - Secrets are sealed before SQLite sees them, so that the write-ahead log, free pages and
//     copies hold only ciphertext. The seal binds a secret to its table, row, column and key
//     epoch: a row that was moved or altered is refused. All other columns are in the clear,
//     including the fingerprints.
//   - The data key seals the secrets, and the key of one KeySlot seals the data key. The slot's
//     key is in a file beside the database (which protects a copied database, not the whole
//     directory) or in the system's keyring, or it is derived from a text. A person, a variable
//     or a program gives that text. Package key implements these slots, and package disk the
//     access to the file system. This package gives their errors a code and a hint.
//   - A store without its key is locked: all columns but the secrets can be read and written.
//   - Rotate stores a new key beside the old one. One transaction then seals everything with the
//     new key, and the old key is removed after it. If the process is killed at any point, the
//     store opens with one of the two keys.
//   - Every transaction checks that the key is unchanged. A console that is open during a Rotate
//     fetches the new key and continues.
//   - A transaction waits for the disk only. Keyrings, programs and people are asked before it.
//
// docs/decisions.md gives the reasons for one SQLite file and one key slot.
package store
