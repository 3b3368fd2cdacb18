package console

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"lanyard/tokenapi"
)

// lifePrefix begins the settings that hold the longest life of forgotten tokens, by request.
const lifePrefix = "life/"

// lifeKey names such a setting. It leaves out subject tokens and assertions: they differ in each
// request, and the settings would grow without end.
func (q requestKey) lifeKey() string {
	parts := []string{q.client, q.grant, string(q.user), q.scopes}
	sum := sha256.Sum256(fmt.Appendf(nil, "%q", parts))
	return lifePrefix + hex.EncodeToString(sum[:12])
}

// noteLife collects the life of a token that is forgotten, as longestLives counts it.
func (s *Service) noteLife(r Reader, t Token, lives map[string]time.Duration) error {
	life, ok := lifeOf(t)
	if !ok {
		return nil
	}
	q, err := s.tokenRequestKey(r, t)
	if err == nil {
		key := q.lifeKey()
		lives[key] = longerLife(lives[key], life)
	}
	return err
}

// rememberLives stores what noteLife collected. Without it, the end of a mark would follow only
// from the tokens that are still held.
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

// endlessText stands for endless in a setting.
const endlessText = "endless"

// readLife reads what rememberLives has stored; 0 for nothing.
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

// longerLife returns the longer of two lives.
func longerLife(a, b time.Duration) time.Duration {
	if a == endless || b == endless {
		return endless
	}
	return max(a, b)
}

// lifeOf returns the life that a server has granted to a token. ok is false for an adopted token.
func lifeOf(t Token) (life time.Duration, ok bool) {
	if t.Grant == GrantAdopted && t.From == "" {
		return 0, false
	}
	if t.Lifetime != tokenapi.Bounded || t.ExpiresAt.IsZero() {
		return endless, true
	}
	return t.Granted, true
}
