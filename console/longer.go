package console

import (
	"encoding/json"
	"strings"
	"time"
)

// Longer is the longest time by which a gateway has exceeded the window of a token. It changes no
// verdict: Lanyard shows it to the person who sets cache_ttl.
type Longer struct {
	By time.Duration // 0: never
	At time.Time     // when
}

// longerPrefix begins the names of the settings that hold a Longer, by environment.
const longerPrefix = "longer/"

type longerJSON struct {
	Seconds float64   `json:"seconds"`
	At      time.Time `json:"at"`
}

// rememberLonger stores by how much the last acceptance of a token exceeded its window, if that is
// the most so far.
func (s *Service) rememberLonger(w Writer, a Application, t Token) error {
	by := StatusAt(t, s.Policy(a), s.Now()).Overrun
	if by <= 0 || len(t.Probes) == 0 {
		return nil
	}
	key := longerPrefix + a.Environment.Name
	text, err := w.Setting(string(key))
	if err != nil || readLonger(text).By >= by {
		return err
	}
	b, err := json.Marshal(longerJSON{by.Seconds(), t.Probes[len(t.Probes)-1].At.UTC()})
	if err != nil {
		return err
	}
	return w.SetSetting(string(key), string(b))
}

// readLonger reads a setting. An unreadable one counts as none.
func readLonger(text string) Longer {
	var l longerJSON
	if json.Unmarshal([]byte(text), &l) != nil {
		return Longer{}
	}
	return Longer{time.Duration(l.Seconds * float64(time.Second)), l.At}
}

// longer reads all of these settings, by environment.
func longer(r Reader) (map[string]Longer, error) {
	settings, err := r.Settings()
	if err != nil {
		return nil, err
	}
	all := map[string]Longer{}
	for key, text := range settings {
		if name, ok := strings.CutPrefix(key, longerPrefix); ok {
			all[name] = readLonger(text)
		}
	}
	return all, nil
}
