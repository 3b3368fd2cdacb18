package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"lanyard/console"
	"lanyard/store/key"
	"lanyard/tokenapi/secret"
)

// DefaultPoll is the interval at which a store looks for commits of other processes.
const DefaultPoll = 400 * time.Millisecond

// DefaultBusy limits the wait of a transaction without a deadline for the lock of another process.
// SQLite has no queue: with many processes on a busy machine, one may wait for longer than a
// request lasts.
const DefaultBusy = time.Minute

// readers is the number of concurrent reads in this process; further ones wait.
const readers = 4

// Options are the choices of Open. The zero value is valid.
type Options struct {
	Poll time.Duration // interval of the looks for others' commits; 0 or less: DefaultPoll
	// Busy limits the wait of a transaction for the lock of another process, if its context has no
	// deadline. Otherwise the deadline limits it. A transaction that waits for longer fails with
	// "store_busy". 0 or less: DefaultBusy.
	Busy time.Duration
	// Slots are further places where the key may be: Keyring, Environment, Command. The key file
	// lanyard.key beside the database and a passphrase are always among them; of a store in memory,
	// only the memory is.
	Slots []KeySlot
	// First lists the kinds of slots in which a database without a key may get one. The first slot
	// that can takes the key. None: the key file.
	First []string
	// Want is the only kind of slot that the configuration accepts, "" for any. A key file is
	// refused if Want is another kind.
	Want string
	// Tell receives a sentence for a person if the first key went to another slot than the first of
	// First, or if a store was begun beside the key of an earlier one. Nil: the sentence is
	// dropped.
	Tell func(sentence string)
	// Lists accepts a store that can only be read. Every Update then fails with "store_read_only",
	// or with "store_full" if the disk has no room for SQLite's files beside the database. It
	// changes nothing for a store that can be written.
	Lists bool

	env env
	at  func(step string) // called at each step; set in tests only
}

func (o Options) busy() time.Duration {
	if o.Busy > 0 {
		return o.Busy
	}
	return DefaultBusy
}

// Store is one open database. Its methods may be called from any goroutine. A function given to
// View or Update must not call View, Update or Close: it would wait for itself.
type Store struct {
	dir, path string // dir is "" in memory
	opened    opened
	write     *sql.DB
	read      *sql.DB            // the same as write in memory
	eye       *sql.DB            // for the watch alone; nil in memory
	anchor    *sql.Conn          // keeps a store in memory alive; nil otherwise
	slots     map[string]KeySlot // by kind
	first     []string
	want      string // see Options.Want
	tell      func(string)
	// the person was told that the keyring does not answer; only with the turn
	mute      bool
	key       atomic.Pointer[keyState] // never nil once the store is open
	turn      chan struct{}            // held while the key is fetched or changed
	told      secret.Text              // the passphrase that opened; only with the turn
	at        func(step string)        // see Options.at
	tightened []string
	swept     []string // see KeyCopies; changed only while it is opened or with the turn
	readOnly  error    // reason why nothing can be written, or nil
	env       env
	copied    string // the copy made before a migration, or ""
	tables    string // the schema of the database; see sameTables
	poll      time.Duration
	busy      time.Duration // see Options.Busy

	mu       sync.Mutex
	closed   bool
	running  sync.WaitGroup // transactions, and the watch
	watchers map[chan struct{}]func() bool
	stop     context.CancelFunc // ends the watch
	watching context.Context    // nil before the first call of Changes
}

var _ console.Keeper = (*Store)(nil)

// Open opens the store in the state directory dir. It makes the directory (0700), the database and
// the key file (0600) if they are missing, and removes the permissions of other users; see
// Tightened. An older database is copied and then migrated. The errors of Open are of type *Error
// and name a way out.
//
// Open fetches the key from a key file at once. Any other slot stays locked until Unlock, and so
// does a store whose key file is gone or holds another key. A locked store can be read and written,
// except for its secrets. ctx limits the opening alone.
func Open(ctx context.Context, dir string, o Options) (*Store, error) {
	steps, err := schemaSteps()
	if err != nil {
		return nil, err
	}
	return open(ctx, dir, o, steps)
}

func open(ctx context.Context, dir string, o Options, steps []string) (*Store, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("state directory: %w", err)
	}
	at, err := o.env.orReal().prepare(dir)
	if err == nil && !o.Lists {
		err = at.readOnly
	}
	if err != nil {
		return nil, err
	}
	s, err := openAt(ctx, dir, at, o, steps)
	if err != nil && o.Lists {
		if at, ok := at.crippled(filepath.Join(dir, dbName), err); ok {
			return openAt(ctx, dir, at, o, steps)
		}
	}
	return s, err
}

// openAt opens the database in a directory that prepare returned.
func openAt(ctx context.Context, dir string, at stateDir, o Options,
	steps []string) (s *Store, err error) {
	s = newStore(o)
	s.dir, s.path = dir, filepath.Join(dir, dbName)
	s.tightened, s.readOnly = at.tightened, at.readOnly
	s.take(o, InFile, key.File{Path: filepath.Join(dir, key.FileName)}, key.Passphrase())
	if at.anew && s.tell != nil {
		s.tell(fmt.Sprintf(
			"%s was not there, though a key is beside it: a new store was begun; if the old "+
				"one is lost, bring back a backup (lanyard restore FILE --replace)", s.path))
	}
	s.opened.remember(s.path)
	s.opened.renewed() // the last connection to close may remove the files beside it
	if s.read, err = sql.Open("sqlite", s.dsn(at, false)); err == nil {
		s.write = sql.OpenDB(opener{s.dsn(at, true), s.read.Driver(), s.opened.renewed})
		s.write.SetMaxOpenConns(1)
		s.eye, err = sql.Open("sqlite", s.dsn(at, false))
	}
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", s.path, err)
	}
	s.read.SetMaxOpenConns(readers)
	s.read.SetMaxIdleConns(readers)
	return s.begin(ctx, steps)
}

// OpenMemory makes a store that never reaches the disk, for the demo and for tests. It lasts until
// Close. Its transactions take turns on one connection.
func OpenMemory(ctx context.Context, o Options) (*Store, error) {
	steps, err := schemaSteps()
	if err != nil {
		return nil, err
	}
	s, err := emptyMemory(ctx, o)
	if err != nil {
		return nil, err
	}
	return s.begin(ctx, steps)
}

// emptyMemory opens a database in memory with nothing in it.
func emptyMemory(ctx context.Context, o Options) (*Store, error) {
	name := make([]byte, 12)
	_, _ = rand.Read(name) // never fails
	s := newStore(o)
	s.path = "lanyard-" + hex.EncodeToString(name)
	s.take(Options{Tell: o.Tell}, InMemory, &key.Memory{})
	var err error
	if s.write, err = sql.Open("sqlite", memoryDSN(s.path)); err != nil {
		return nil, fmt.Errorf("open memory store: %w", err)
	}
	// One connection for work, because connections to a shared cache answer "locked" instead of
	// waiting, and one that only holds the database, in case the driver gives up the first.
	s.write.SetMaxOpenConns(2)
	if s.anchor, err = s.write.Conn(ctx); err != nil {
		_ = s.write.Close()
		return nil, fmt.Errorf("open memory store: %w", err)
	}
	s.read = s.write
	return s, nil
}

// memoryDSN names a database in memory that several connections of this process share.
func memoryDSN(name string) string {
	return (&url.URL{
		Scheme: "file", Opaque: name,
		RawQuery: url.Values{
			"mode": {"memory"}, "cache": {"shared"}, "_txlock": {"immediate"},
			"_foreign_keys": {"1"}, "_dqs": {"0"},
		}.Encode(),
	}).String()
}

func newStore(o Options) *Store {
	if o.Poll <= 0 {
		o.Poll = DefaultPoll
	}
	return &Store{
		poll: o.Poll, busy: o.busy(), env: o.env.orReal(), at: o.at,
		watchers: map[chan struct{}]func() bool{}, turn: make(chan struct{}, 1),
	}
}

// take sets the slots to those of o and those that always exist. usual is the kind of slot for a
// first key if o names none.
func (s *Store) take(o Options, usual string, always ...KeySlot) {
	s.slots = map[string]KeySlot{}
	for _, k := range append(always, o.Slots...) {
		s.slots[k.Kind()] = k
	}
	if s.first, s.want, s.tell = o.First, o.Want, o.Tell; len(s.first) == 0 {
		s.first = []string{usual}
	}
	s.key.Store(&keyState{})
}

// dsn names the database file. mode=rw keeps SQLite from making one that others can read.
func (s *Store) dsn(at stateDir, write bool) string {
	q := url.Values{
		"mode":          {"rw"},
		"_busy_timeout": {fmt.Sprint(s.busy.Milliseconds())},
		"_foreign_keys": {"1"},
		"_dqs":          {"0"},
	}
	if at.readOnly != nil {
		q.Set("mode", "ro")
		if at.immutable {
			q.Set("immutable", "1")
		}
	}
	if write && at.readOnly == nil {
		q.Set("_txlock", "immediate")
		q.Set("_synchronous", "FULL")
		q.Set("_pragma", "secure_delete(1)")
	} else if !write { // else a backup would be refused too, which writes elsewhere
		q.Set("_query_only", "1")
	}
	return (&url.URL{Scheme: "file", Path: slashed(s.path), RawQuery: q.Encode()}).String()
}

// begin migrates the schema and fetches the key. If it fails it closes the database.
func (s *Store) begin(ctx context.Context, steps []string) (*Store, error) {
	err := s.migrate(ctx, steps)
	if err == nil && s.dir != "" {
		if s.tables, err = tablesOf(ctx, steps); err == nil {
			err = s.sameTables(ctx, s.write) // before anything is read from them
		}
	}
	if err == nil {
		s.sweepKeys(ctx)
		err = s.fetch(ctx, s.told, key.Quiet)
		if onlySecrets(err) {
			err = nil // lists need no key; a call that needs it fails
		}
	}
	if err != nil {
		_ = s.Close()
		return nil, err
	}
	return s, nil
}

// Path returns the path of the database file. The path of a store in memory names no file.
func (s *Store) Path() string { return s.path }

// Tightened lists the files that other users could read until Open removed that permission, each
// with its former mode.
func (s *Store) Tightened() []string { return s.tightened }

// ReadOnly returns why nothing can be written, as an *Error, or nil if the store can be written.
// Only Options.Lists lets Open return such a store.
func (s *Store) ReadOnly() error { return s.readOnly }

// Copied returns the path of the copy that Open made before it migrated an older database, or "".
func (s *Store) Copied() string { return s.copied }

// Close waits for the running transactions, closes the channels of Changes and then the database. A
// second Close does nothing.
func (s *Store) Close() error {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return nil
	}
	s.closed = true
	if s.stop != nil {
		s.stop()
	}
	for w, release := range s.watchers {
		release()
		close(w)
	}
	clear(s.watchers)
	s.mu.Unlock()
	s.running.Wait()
	var err error
	if s.dir == "" {
		err = s.anchor.Close()
	} else {
		err = errors.Join(s.eye.Close(), s.read.Close())
	}
	if s.abandoned() {
		return err // the system closes what is left open
	}
	// The writer goes last: the last connection to leave folds the write-ahead log into the
	// database.
	return errors.Join(err, s.write.Close())
}

// enter counts a transaction as running. The caller must call leave at its end.
func (s *Store) enter() (leave func(), err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, ErrClosed
	}
	s.running.Add(1)
	return s.running.Done, nil
}
