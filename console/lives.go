package console

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"lanyard/tokenapi"
)

// lifePrefix begins the settings that keep the longest life of what was forgotten, by question.
const lifePrefix = "life/"

// lifeKey names that setting. What else was asked with is left out: a subject token or an assertion
// makes each request another one, and there would be no end of settings.
func (q asked) lifeKey() string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q", []string{q.client, q.grant, q.user, q.scopes}))
	return lifePrefix + hex.EncodeToString(sum[:12])
}

// noteLife notes how long a token that is forgotten was to live, as longestLives counts it.
func (s *Service) noteLife(r Reader, t Token, lives map[string]time.Duration) error {
	life, ok := lifeOf(t)
	if !ok {
		return nil
	}
	q, err := s.askedToken(r, t)
	if err == nil {
		key := q.lifeKey()
		lives[key] = longerLife(lives[key], life)
	}
	return err
}

// rememberLives keeps the lives of noteLife. Without them a mark would end by what is still held.
func rememberLives(w Writer, lives map[string]time.Duration) error {
	for key, life := range lives {
		text, err := w.Setting(key)
		if err != nil {
			return err
		}
		if was := readLife(text); longerLife(was, life) != was {
			text := life.String()
			if life == endless {
				text = endlessText
			}
			if err := w.SetSetting(key, text); err != nil {
				return err
			}
		}
	}
	return nil
}

// endlessText is how endless is kept.
const endlessText = "endless"

// readLife reads what rememberLives kept; 0 for nothing.
func readLife(text string) time.Duration {
	life, err := time.ParseDuration(text)
	switch {
	case text == "":
		return 0
	case err != nil:
		return endless
	}
	return life
}

// longerLife is the longer of two lives.
func longerLife(a, b time.Duration) time.Duration {
	if a == endless || b == endless {
		return endless
	}
	return max(a, b)
}

// lifeOf is the life that a server has granted to a token; false for one that was brought from
// elsewhere, which was not granted here.
func lifeOf(t Token) (life time.Duration, ok bool) {
	if t.Grant == GrantAdopted && t.From == "" {
		return 0, false
	}
	if t.Lifetime != tokenapi.Bounded || t.ExpiresAt.IsZero() {
		return endless, true
	}
	return t.Granted, true
}
