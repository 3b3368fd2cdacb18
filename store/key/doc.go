// Package key keeps the key that opens a store, outside of the store's database.
//
// A Slot is one place for it: a key file beside the database (File), the system's keyring
// (Keyring), or a text that a key is derived from (Derived). A person types that text (Passphrase),
// a variable has it (Environment) or a program prints it (Command). A store in memory has its key
// there (Memory).
//
// A slot names its key by params, a line of JSON without a secret, which the store keeps in its
// database. Another program may have written that file. So a slot refuses params that name a file
// or a keyring entry that is not its own. It also refuses a cost outside of fixed bounds.
//
// A change of the key has four steps: Make puts the new key beside the old one. After the store's
// commit, Forget removes the old key, and Settle gives the new one its lasting name. If the process
// is killed at any point, there is a key that opens the store.
//
// The keyring is also a Board: it remembers which key the store at a path has, as a Pin. A program
// that can write the state directory, but not the keyring, cannot replace the store unnoticed.
//
// The package prints nothing. It returns errors of its own, such as ErrNoKey and WeakError. Package
// store turns them into messages.
package key
