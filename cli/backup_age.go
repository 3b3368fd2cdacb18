package cli

import (
	"bufio"
	"context"
	"errors"
	"io/fs"
	"strings"

	"filippo.io/age"

	"lanyard/cli/config"
	"lanyard/store"
	"lanyard/tokenapi/secret"
)

// parseRecipients reads age's public keys, one on each line.
func parseRecipients(text string) ([]age.Recipient, error) {
	read, err := secret.ReadLines(text)
	if err != nil {
		return nil, err
	}
	return age.ParseRecipients(strings.NewReader(read.Reveal()))
}

// passphraseRecipients returns the recipient for a passphrase.
func passphraseRecipients(phrase secret.Text) ([]age.Recipient, error) {
	phrase, err := secret.Read(phrase.Reveal())
	if err != nil {
		return nil, err
	}
	to, err := age.NewScryptRecipient(phrase.Reveal())
	if err != nil {
		return nil, err
	}
	to.SetWorkFactor(backupWork)
	return []age.Recipient{to}, nil
}

// passphraseIdentities returns the identities for a passphrase: one for each way in which this or
// an older version reads it.
func passphraseIdentities(phrase secret.Text) ([]age.Identity, error) {
	var all []age.Identity
	for _, one := range secret.Readings(phrase) {
		ids, err := age.NewScryptIdentity(one.Reveal())
		if err != nil {
			return nil, err
		}
		// Limit scrypt to 1 GiB of memory, because the work factor comes from the file.
		ids.SetMaxWorkFactor(20)
		all = append(all, ids)
	}
	return all, nil
}

// openBackup opens a backup file, or standard input for "-".
func (p *program) openBackup(path string) (in *bufio.Reader, done func(), err error) {
	if path == "-" {
		return bufio.NewReader(untilDone{p.ctx, p.stdin}), func() {}, nil
	}
	f, err := config.OpenFile(path)
	if err != nil {
		hint := "lanyard restore - reads standard input"
		if errors.Is(err, fs.ErrNotExist) {
			hint = "lanyard backup FILE writes one"
		}
		return nil, nil, misuse(hint, "restore: %s: %v", path, err)
	}
	return bufio.NewReader(f), func() { _ = f.Close() }, nil
}

// openingIdentities returns the identities that may decrypt a backup. The header of the backup
// decides between a passphrase and the identity files.
func (f restoreFlags) openingIdentities(ctx context.Context, in *bufio.Reader,
	phrases passphrases) ([]age.Identity, error) {
	byPhrase, err := store.ForPassphrase(in)
	switch {
	case err != nil:
		return nil, err
	case byPhrase && len(f.identities) > 0:
		return nil, misuse("leave --identity out", "restore: the backup was made for a passphrase")
	case byPhrase:
		phrase, err := phrases.ofBackup()
		if err == nil && phrase.IsZero() {
			err = misuse("", "restore: no passphrase was given")
		}
		if err != nil {
			return nil, err
		}
		return passphraseIdentities(phrase)
	case len(f.identities) == 0:
		return nil, misuse(
			"name the file with the identity (AGE-SECRET-KEY-1…) of one of them with --identity",
			"restore: the backup was made for recipients")
	}
	var ids []age.Identity
	for _, path := range f.identities {
		got, err := readIdentities(ctx, path)
		if err != nil {
			return nil, err
		}
		ids = append(ids, got...)
	}
	return ids, nil
}

// readIdentities reads a file of age identities. It does not repeat the messages of age, because
// they may quote a line with a secret.
func readIdentities(ctx context.Context, path string) ([]age.Identity, error) {
	if f, err := config.OpenFile(path); err == nil {
		_, err := store.ForPassphrase(bufio.NewReader(f))
		_ = f.Close()
		if err == nil {
			return nil, misuse("age -d "+path+" decrypts it",
				"restore: %s is encrypted itself", path)
		}
	}
	data, _, err := config.ReadFile(ctx, path, config.MaxSecret)
	if err != nil {
		return nil, unreadable(ctx, "restore: the identity", path, err)
	}
	defer clear(data)
	text, err := secret.ReadLines(string(data))
	if err != nil {
		return nil, misuse("age-keygen writes such a file",
			"restore: the identity %s %v", path, err)
	}
	ids, err := age.ParseIdentities(strings.NewReader(text.Reveal()))
	if err != nil || len(ids) == 0 {
		return nil, misuse(
			"age-keygen writes such a file; --identity takes its name, not the identity itself",
			"restore: %s holds something else than age identities", path)
	}
	return ids, nil
}
