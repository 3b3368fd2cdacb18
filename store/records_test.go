package store_test

import (
	"errors"
	"fmt"
	"net/url"
	"reflect"
	"testing"
	"time"

	"lanyard/console"
	"lanyard/store"
	"lanyard/tokenapi/secret"
)

func fill(v any) {
	n := int64(0)
	var set func(reflect.Value)
	set = func(v reflect.Value) {
		n++
		switch x := v.Addr().Interface().(type) {
		case *time.Time:
			*x = time.Date(2026, 11, 23, 10, 0, int(n), 123456789, time.UTC)
			return
		case **console.Mark, *[]console.Probe, *[]console.Twin:
			return // other calls return them
		}
		switch v.Kind() {
		case reflect.String:
			v.SetString(fmt.Sprintf("text %d ü'\"\x00%%", n))
		case reflect.Bool:
			v.SetBool(true)
		case reflect.Int, reflect.Int64:
			v.SetInt(n<<33 + n)
		case reflect.Slice:
			v.Set(reflect.MakeSlice(v.Type(), 2, 2))
			set(v.Index(0))
			set(v.Index(1))
		case reflect.Map:
			if v.Type() == reflect.TypeFor[url.Values]() {
				v.Set(reflect.ValueOf(url.Values{"validity_period": {"3600"}, "x": {"", "ü"}}))
			} else {
				v.Set(reflect.ValueOf(
					map[string]any{"aud": "https://ü", "roles": []any{"a", true}}))
			}
		case reflect.Pointer:
			v.Set(reflect.New(v.Type().Elem()))
			set(v.Elem())
		case reflect.Struct:
			for i := range v.NumField() {
				set(v.Field(i))
			}
		default:
			panic("fill: " + v.Type().String())
		}
	}
	set(reflect.ValueOf(v).Elem())
}

func TestTokenKeepsEveryField(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		var full, bare console.Token
		fill(&full)
		bare.ID = "t_bare"
		bare.Scopes = []string{} // not the same as nil
		update(t, s, func(w console.Writer) error {
			return errors.Join(w.PutToken(&full), w.PutToken(&bare))
		})
		if full.Rev == 0 || bare.Rev <= full.Rev {
			t.Errorf("revisions %d, %d", full.Rev, bare.Rev)
		}
		// A second Put replaces every column, also by zero.
		again := console.Token{ID: full.ID, IssuedAt: full.IssuedAt}
		view(t, s, func(r console.Reader) error {
			for _, want := range []console.Token{full, bare} {
				got, err := r.Token(want.ID)
				if err != nil {
					return err
				}
				if !reflect.DeepEqual(got, want) {
					t.Errorf("got  %+v\nwant %+v", got, want)
				}
			}
			ts, err := r.Tokens()
			if !reflect.DeepEqual(ts, []console.Token{bare, full}) {
				t.Errorf("list %+v", ts)
			}
			return err
		})
		update(t, s, func(w console.Writer) error { return w.PutToken(&again) })
		view(t, s, func(r console.Reader) error {
			got, err := r.Token(full.ID)
			if !reflect.DeepEqual(got, again) {
				t.Errorf("replaced %+v\nwant %+v", got, again)
			}
			return err
		})
	})
}

func TestApplicationKeepsEveryField(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		var full, bare console.Application
		fill(&full)
		full.ConfigID = "" // not stored: it is for one process only
		bare.ID = "app_bare"
		sec := console.Secrets{Access: secret.New("consumer")}
		update(t, s, func(w console.Writer) error {
			return errors.Join(w.PutApplication(full, sec),
				w.PutApplication(bare, console.Secrets{}))
		})
		// A zero secret leaves the stored one.
		update(t, s, func(w console.Writer) error {
			return w.PutApplication(full, console.Secrets{})
		})
		view(t, s, func(r console.Reader) error {
			all, err := r.Applications()
			if !reflect.DeepEqual(all, []console.Application{bare, full}) {
				t.Errorf("got  %+v\nwant %+v", all, []console.Application{bare, full})
			}
			one, err1 := r.Application(full.ID)
			if !reflect.DeepEqual(one, full) {
				t.Errorf("got %+v", one)
			}
			got, err2 := r.ConsumerSecret(full.ID)
			if !got.Access.Equal(sec.Access) {
				t.Error("the consumer secret was not kept")
			}
			none, err3 := r.ConsumerSecret(bare.ID)
			if !none.Access.IsZero() {
				t.Error("a secret from nowhere")
			}
			return errors.Join(err, err1, err2, err3)
		})
		update(t, s, func(w console.Writer) error {
			return w.PutApplication(full, console.Secrets{Access: secret.New("newer")})
		})
		view(t, s, func(r console.Reader) error {
			got, err := r.ConsumerSecret(full.ID)
			if !got.Access.Equal(secret.New("newer")) {
				t.Error("the consumer secret was not replaced")
			}
			return err
		})
	})
}

func TestEnvironmentOfAnotherTime(t *testing.T) {
	s := memory(t)
	update(t, s, func(w console.Writer) error {
		return w.PutApplication(console.Application{ID: "a"}, console.Secrets{})
	})
	if _, err := s.Exec(`UPDATE application
		SET environment = '{"form":7,"name":"cloud","colour":"x","later":{}}'`); err != nil {
		t.Fatal(err)
	}
	if err := s.Vouch(t.Context()); err != nil {
		t.Fatal(err)
	}
	view(t, s, func(r console.Reader) error {
		a, err := r.Application("a")
		if a.Environment != (console.Environment{Name: "cloud"}) {
			t.Errorf("got %+v", a.Environment)
		}
		return err
	})
}

func TestMarkAndProbeAndSetting(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		var full console.Mark
		fill(&full)
		get := console.Mark{ID: "m_get", Op: "get"}
		probe := console.Probe{}
		fill(&probe)
		tok := console.Token{ID: full.TokenID}
		update(t, s, func(w console.Writer) error {
			return errors.Join(w.PutToken(&tok), w.PutMark(full), w.PutMark(get),
				w.PutProbe(tok.ID, probe), w.PutProbe(tok.ID, console.Probe{}),
				w.SetSetting("theme", "dark"))
		})
		view(t, s, func(r console.Reader) error {
			ms, err := r.Marks()
			if !reflect.DeepEqual(ms, []console.Mark{get, full}) {
				t.Errorf("marks %+v", ms)
			}
			got, err1 := r.Token(tok.ID)
			if got.Unsure == nil || !reflect.DeepEqual(*got.Unsure, full) {
				t.Errorf("open mark %+v", got.Unsure)
			}
			if !reflect.DeepEqual(got.Probes, []console.Probe{probe, {}}) {
				t.Errorf("probes %+v", got.Probes)
			}
			if got.Rev <= tok.Rev {
				t.Errorf("revision %d after %d", got.Rev, tok.Rev)
			}
			v, err2 := r.Setting("theme")
			none, err3 := r.Setting("nothing")
			if v != "dark" || none != "" {
				t.Errorf("settings %q %q", v, none)
			}
			tok.Rev = got.Rev
			return errors.Join(err, err1, err2, err3)
		})
		update(t, s, func(w console.Writer) error {
			return errors.Join(w.ClearMark(full.ID), w.ClearMark("m_none"),
				w.SetSetting("theme", "light"))
		})
		view(t, s, func(r console.Reader) error {
			got, err := r.Token(tok.ID)
			if got.Unsure != nil || got.Rev <= tok.Rev {
				t.Errorf("after clearing: %+v, revision %d after %d", got.Unsure, got.Rev, tok.Rev)
			}
			v, err1 := r.Setting("theme")
			if v != "light" {
				t.Errorf("setting %q", v)
			}
			return errors.Join(err, err1)
		})
	})
}

func TestProbesAreForgotten(t *testing.T) {
	s := memory(t)
	update(t, s, func(w console.Writer) error {
		err := errors.Join(w.PutToken(&console.Token{ID: "a"}), w.PutToken(&console.Token{ID: "b"}))
		for i := range console.KeepProbes + 3 {
			err = errors.Join(err, w.PutProbe("a", console.Probe{Status: i}))
		}
		return errors.Join(err, w.PutProbe("b", console.Probe{Status: 1}))
	})
	view(t, s, func(r console.Reader) error {
		a, err := r.Token("a")
		if n := len(a.Probes); n != console.KeepProbes || a.Probes[0].Status != 3 ||
			a.Probes[n-1].Status != console.KeepProbes+2 {
			t.Errorf("%d probes: %+v", n, a.Probes)
		}
		b, err1 := r.Token("b")
		if len(b.Probes) != 1 {
			t.Errorf("the other token's: %+v", b.Probes)
		}
		return errors.Join(err, err1)
	})
}

func TestListsAreOldestFirst(t *testing.T) {
	s := memory(t)
	at := func(n int) time.Time { return time.Unix(int64(n), 0).UTC() }
	update(t, s, func(w console.Writer) error {
		var err error
		for _, x := range []struct {
			id string
			at time.Time
		}{{"c", at(5)}, {"b", at(9)}, {"a", at(5)}, {"d", time.Time{}}, {"e", at(-5)}} {
			err = errors.Join(err, w.PutToken(&console.Token{ID: x.id, IssuedAt: x.at}),
				w.PutMark(console.Mark{ID: x.id, SentAt: x.at}))
		}
		return err
	})
	view(t, s, func(r console.Reader) error {
		ts, err := r.Tokens()
		ms, err1 := r.Marks()
		var a, b string
		for i := range ts {
			a, b = a+ts[i].ID, b+ms[i].ID
		}
		if a != "deacb" || b != "deacb" {
			t.Errorf("tokens %s, marks %s", a, b)
		}
		return errors.Join(err, err1)
	})
}

func TestOddTimesDoNotCostAToken(t *testing.T) {
	s := memory(t)
	far := console.Token{ID: "a", IssuedAt: time.Date(1, 1, 1, 0, 0, 0, 1, time.UTC),
		ExpiresAt: time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)}
	update(t, s, func(w console.Writer) error { return w.PutToken(&far) })
	view(t, s, func(r console.Reader) error {
		got, err := r.Token("a")
		if got.IssuedAt.Year() != 1677 || got.ExpiresAt.Year() != 2262 {
			t.Errorf("%v, %v", got.IssuedAt, got.ExpiresAt)
		}
		return err
	})
}

func TestNotFound(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		update(t, s, func(w console.Writer) error {
			_, err1 := w.Token("x")
			_, err2 := w.Application("x")
			_, err3 := w.Secrets("x")
			_, err4 := w.ConsumerSecret("x")
			for i, err := range []error{err1, err2, err3, err4,
				w.PutSecrets("x", console.Secrets{}), w.PutProbe("x", console.Probe{})} {
				if !errors.Is(err, console.ErrNotFound) {
					t.Errorf("%d: %v", i, err)
				}
			}
			return nil
		})
	})
}
