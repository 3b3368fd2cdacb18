package store

import (
	"errors"

	"lanyard/console"
)

type setting struct{ name, value string }

func settingFields(s *setting) []field {
	return []field{{"name", &s.name}, {"value", &s.value}}
}

// Setting returns a stored setting, or "" if it was never set. An altered setting that has a MAC
// counts as never set.
func (r *reader) Setting(key string) (string, error) {
	all, err := r.settings("read setting "+key, "WHERE name = ?", key)
	if err != nil || len(all) == 0 {
		return "", err
	}
	return all[0].value, nil
}

// Settings returns all stored settings, without the altered ones.
func (r *reader) Settings() (map[string]string, error) {
	all, err := r.settings("read settings", "")
	if err != nil {
		return nil, err
	}
	out := make(map[string]string, len(all))
	for _, s := range all {
		out[s.name] = s.value
	}
	return out, nil
}

func (r *reader) settings(op, follow string, args ...any) ([]setting, error) {
	good, altered, err := rowsOf(r, op, settingTable(), follow, args...)
	for _, s := range altered {
		if console.SettingDecides(s.name) {
			r.found("setting", s.name)
		} else {
			good = append(good, s)
		}
	}
	return good, err
}

// SetSetting stores a setting in the clear, so it must not be a secret. A setting that has a MAC
// can only be stored while the store is unlocked.
func (w *writer) SetSetting(key, value string) error {
	op := "store setting " + key
	err := put(w, op, settingTable(), &setting{key, value})
	if !console.SettingDecides(key) && errors.Is(err, ErrLocked) {
		_, err = w.exec(op, "INSERT INTO setting (name, value) VALUES (?, ?)"+
			" ON CONFLICT (name) DO UPDATE SET value = excluded.value, mac = NULL", key, value)
	}
	return err
}
