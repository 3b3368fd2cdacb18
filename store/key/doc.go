// Package key keeps the key that opens a store, outside of the store's database.
//
// A Slot is one place for it: a key file beside the database (File), the system's keyring
// (Keyring), or a text that a key is derived from (Derived), which a person types (Passphrase), a
// variable has (Environment) or a program prints (Command). A store in memory has its key there
// (Memory).
//
// A slot names its key by params, a line of JSON without a secret, which the store keeps in its
// database. Params come from a file that another person may have written, so a slot takes from them
// no file name, no entry of the keyring and no cost of a derivation that is not its own.
//
// A change of the key has four steps, so that a process which is killed at any point leaves a key
// that opens the store: Make puts the new key beside the old one, the store commits, Forget removes
// the old key, Settle gives the new one its lasting name.
//
// The keyring is also a Board: it remembers which key the store at a path has, as a Pin. Somebody
// who can write the state directory, but not the keyring, cannot replace the store unnoticed.
//
// The package says nothing to a person. It returns errors of its own (ErrNoKey, ErrOtherKey,
// ErrNotTold, ErrNoBoard, WeakError), and package store puts them into words.
package key
