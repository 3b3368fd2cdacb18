package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"lanyard/console"
)

// DefaultPoll is how often other processes' commits are looked for.
const DefaultPoll = 400 * time.Millisecond

// busyTimeout is how long a transaction waits for another process's, unless its context ends before.
const busyTimeout = 5 * time.Second

// readers is how many readings can go on at once in this process; further ones wait.
const readers = 4

// Options are the choices of Open. The zero value is fine.
type Options struct {
	Poll    time.Duration // how often other processes' commits are looked for; 0 or less: DefaultPoll
	KeySlot KeySlot       // where the key is kept; nil: the key file lanyard.key beside the database
}

// Store is one open database. Its methods may be called from any goroutine, but not View, Update or
// Close from within a function given to View or Update: it would wait for itself.
type Store struct {
	dir, path string // dir is "" in memory
	write     *sql.DB
	read      *sql.DB   // the same as write in memory
	eye       *sql.DB   // for the watch alone; nil in memory
	anchor    *sql.Conn // holds what is in memory; nil otherwise
	slot      KeySlot
	sealer    sealer
	tightened []string
	copied    string // the copy made before a migration, or ""
	poll      time.Duration

	mu       sync.Mutex
	closed   bool
	running  sync.WaitGroup // transactions, and the watch
	watchers map[chan struct{}]func() bool
	stop     context.CancelFunc // ends the watch
	watching context.Context    // nil until somebody wants changes
}

var _ console.Keeper = (*Store)(nil)

// Open opens the store in the state directory dir, and makes the directory (0700), the database and the
// key file (0600) where they are missing. What stands open to others is closed to them; see Tightened.
// An older database is copied, then brought to the present form. It fails with an *Error that says what
// to do, with ErrLocked in its chain when the key is gone or is another one. ctx is for opening alone.
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
	tightened, err := prepare(dir)
	if err != nil {
		return nil, err
	}
	s := newStore(o)
	s.dir, s.path, s.tightened = dir, filepath.Join(dir, dbName), tightened
	if s.slot == nil {
		s.slot = keyFile{filepath.Join(dir, keyName)}
	}
	if s.write, err = sql.Open("sqlite", dsn(s.path, true)); err == nil {
		s.write.SetMaxOpenConns(1)
		s.read, err = sql.Open("sqlite", dsn(s.path, false))
	}
	if err == nil {
		s.eye, err = sql.Open("sqlite", dsn(s.path, false))
	}
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", s.path, err)
	}
	s.read.SetMaxOpenConns(readers)
	s.read.SetMaxIdleConns(readers)
	return s.begin(ctx, steps)
}

// OpenMemory makes a store that nothing of reaches the disk, for the demo and for tests. It ends with
// Close. Its readings and writings take turns on one connection.
func OpenMemory(ctx context.Context, o Options) (*Store, error) {
	steps, err := schemaSteps()
	if err != nil {
		return nil, err
	}
	name := make([]byte, 12)
	_, _ = rand.Read(name) // never fails
	s := newStore(o)
	s.path = "lanyard-" + hex.EncodeToString(name)
	if s.slot == nil {
		s.slot = &memoryKey{}
	}
	u := url.URL{Scheme: "file", Opaque: s.path, RawQuery: url.Values{
		"mode": {"memory"}, "cache": {"shared"}, "_txlock": {"immediate"}, "_foreign_keys": {"1"}, "_dqs": {"0"},
	}.Encode()}
	if s.write, err = sql.Open("sqlite", u.String()); err != nil {
		return nil, fmt.Errorf("open memory store: %w", err)
	}
	// One connection for work, because connections to a shared cache answer "locked" instead of waiting,
	// and one that only holds the database, in case the driver gives up the first.
	s.write.SetMaxOpenConns(2)
	if s.anchor, err = s.write.Conn(ctx); err != nil {
		_ = s.write.Close()
		return nil, fmt.Errorf("open memory store: %w", err)
	}
	s.read = s.write
	return s.begin(ctx, steps)
}

func newStore(o Options) *Store {
	if o.Poll <= 0 {
		o.Poll = DefaultPoll
	}
	return &Store{slot: o.KeySlot, poll: o.Poll, watchers: map[chan struct{}]func() bool{}}
}

// dsn names the database file. mode=rw keeps SQLite from making one that others can read.
func dsn(path string, write bool) string {
	q := url.Values{
		"mode":          {"rw"},
		"_busy_timeout": {fmt.Sprint(busyTimeout.Milliseconds())},
		"_foreign_keys": {"1"},
		"_dqs":          {"0"},
	}
	if write {
		q.Set("_txlock", "immediate")
		q.Set("_synchronous", "FULL")
		q.Set("_pragma", "secure_delete(1)")
	} else {
		q.Set("_query_only", "1")
	}
	p := filepath.ToSlash(path)
	if !strings.HasPrefix(p, "/") {
		p = "/" + p // C:/…
	}
	return (&url.URL{Scheme: "file", Path: p, RawQuery: q.Encode()}).String()
}

// begin makes the schema and the key ready, or closes what was opened.
func (s *Store) begin(ctx context.Context, steps []string) (*Store, error) {
	err := s.migrate(ctx, steps)
	if err == nil {
		err = s.unlock(ctx)
	}
	if err != nil {
		_ = s.Close()
		return nil, err
	}
	return s, nil
}

// unlock fetches the key and tries it on the check value. Only a database that never had a key gets one.
func (s *Store) unlock(ctx context.Context) error {
	epoch, check, err := s.keyCheck(ctx, s.write)
	if err != nil {
		return err
	}
	if check == nil {
		// The transaction makes two first starts take turns, so that the second finds the first one's key.
		tx, err := s.write.BeginTx(ctx, nil)
		if err != nil {
			return s.explain("open", err)
		}
		defer func() { _ = tx.Rollback() }()
		if epoch, check, err = s.keyCheck(ctx, tx); err != nil {
			return err
		}
		if check == nil {
			return s.firstKey(ctx, tx, epoch)
		}
		_ = tx.Rollback()
	}
	key, err := s.slot.Unseal(ctx)
	if errors.Is(err, ErrNoKey) {
		return s.locked("the "+slotName(s.slot)+" is gone", nil)
	}
	if err != nil {
		return s.locked("the "+slotName(s.slot)+" cannot be used", err)
	}
	defer clear(key)
	if s.sealer, err = newSealer(key, epoch); err == nil {
		_, err = s.sealer.openBytes(check, "meta", "key_check", "value")
	}
	if err != nil {
		return s.locked("the "+slotName(s.slot)+" holds another key", nil)
	}
	return nil
}

func (s *Store) locked(why string, cause error) error {
	if cause != nil {
		cause = fmt.Errorf("%w: %w", ErrLocked, cause)
	} else {
		cause = ErrLocked
	}
	return &Error{Code: "store_locked", Text: why + ", and " + s.path + " was sealed with it", Err: cause,
		Hint: "put the key back where it was; without it the stored credentials are lost: move " + s.path + " away to begin anew"}
}

// firstKey takes the key that is in the slot, or makes one, and remembers how to recognise it.
func (s *Store) firstKey(ctx context.Context, tx *sql.Tx, epoch int64) error {
	key, err := s.slot.Unseal(ctx)
	if errors.Is(err, ErrNoKey) {
		fresh := make([]byte, keySize)
		_, _ = rand.Read(fresh) // never fails
		if err = s.slot.Seal(ctx, fresh); err == nil || errors.Is(err, fs.ErrExist) {
			key, err = s.slot.Unseal(ctx) // what is there counts, not what was meant
		}
		clear(fresh)
	}
	defer clear(key)
	if err == nil {
		s.sealer, err = newSealer(key, epoch)
	}
	if err != nil {
		return &Error{Code: "store_locked", Text: "the " + slotName(s.slot) + " cannot be used", Err: fmt.Errorf("%w: %w", ErrLocked, err),
			Hint: "nothing is stored yet: repair or remove the key, and a new one is made"}
	}
	check := s.sealer.sealBytes([]byte("lanyard"), "meta", "key_check", "value")
	if _, err := tx.ExecContext(ctx, "INSERT INTO meta (name, value) VALUES ('key_check', ?)", check); err != nil {
		return s.explain("open", err)
	}
	return s.explain("open", tx.Commit())
}

// keyCheck reads the key's epoch and check value; nil when the database never had a key.
func (s *Store) keyCheck(ctx context.Context, q queryer) (epoch int64, check []byte, err error) {
	err = q.QueryRowContext(ctx, "SELECT (SELECT value FROM meta WHERE name = 'key_epoch'),"+
		" (SELECT value FROM meta WHERE name = 'key_check')").Scan(&epoch, &check)
	return epoch, check, s.explain("open", err)
}

// Path is the database file; for a store in memory, a name that is no file.
func (s *Store) Path() string { return s.path }

// KeySlot is the name of the backend that keeps the key: "file", "memory" or that of Options.KeySlot.
func (s *Store) KeySlot() string { return s.slot.Name() }

// Tightened lists what stood open to others until Open closed it to them, with the permissions it had.
func (s *Store) Tightened() []string { return s.tightened }

// Copied is the copy that was made before Open brought an older database to the present form, or "".
func (s *Store) Copied() string { return s.copied }

// Close waits for the transactions that run, closes the channels of Changes and then the database. A
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
	// The writer goes last: the last connection to leave folds the write-ahead log into the database.
	return errors.Join(err, s.write.Close())
}

// enter counts a transaction in; leave is to be called at its end.
func (s *Store) enter() (leave func(), err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, ErrClosed
	}
	s.running.Add(1)
	return s.running.Done, nil
}
