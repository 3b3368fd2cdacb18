package keys_test

import (
	"slices"
	"testing"

	"lanyard/ui/keys"
)

func TestChooseReportsMistakes(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		chosen map[string][]string
		want   []keys.Problem
	}{
		"a default key of another action": {map[string][]string{"get": {"x"}}, []keys.Problem{{
			Action: "get", Other: "revoke", Text: "the key x is on revoke too by default",
			Hint: "give revoke another key, or none: revoke = []",
		}}},
		"a chosen key of another action": {map[string][]string{"get": {"f5"}, "renew": {"f5"}},
			[]keys.Problem{{
				Action: "renew", Other: "get", Text: "the key f5 is on get too",
				Hint: "give get another key, or none: get = []",
			}}},
		"the same key twice": {map[string][]string{"get": {"f5", "f5"}}, []keys.Problem{{
			Action: "get", Text: "the key f5 is there twice",
		}}},
		"another spelling": {map[string][]string{"get": {"Control-G"}}, []keys.Problem{{
			Action: "get", Text: `"Control-G" is not a key`, Hint: `is "ctrl+g" meant?`,
		}}},
		"a shifted letter": {map[string][]string{"get": {"shift+n"}}, []keys.Problem{{
			Action: "get", Text: `"shift+n" is not a key`, Hint: `is "N" meant?`,
		}}},
		"a key that terminals cannot tell apart": {map[string][]string{"get": {"ctrl+m"}},
			[]keys.Problem{{
				Action: "get", Text: "ctrl+m is the same as enter to most terminals",
				Hint: "choose another key",
			}}},
		"no way out": {map[string][]string{"quit_now": {"f12"}}, []keys.Problem{{
			Action: "quit_now", Text: "must keep ctrl+c", Hint: "it is the way out of everything",
		}}},
	} {
		if rows, got := keys.Choose(c.chosen); !slices.Equal(got, c.want) || rows != nil {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestChooseChangesKeys(t *testing.T) {
	t.Parallel()
	if rows, problems := keys.Choose(map[string][]string{"get": {"g"}}); rows != nil ||
		problems != nil {
		t.Errorf("the usual keys: %d rows, %+v", len(rows), problems)
	}
	rows, problems := keys.Choose(map[string][]string{"get": {"n", "f5"}, "revoke": {}})
	if problems != nil {
		t.Fatal(problems)
	}
	m := keys.New(rows)
	for key, want := range map[string]keys.Action{"n": keys.Get, "f5": keys.Get, "r": keys.Renew} {
		if b, ok := m.Find(key); !ok || b.Act != want {
			t.Errorf("%s is on %q", key, b.Name)
		}
	}
	for _, key := range []string{"g", "x"} {
		if b, ok := m.Find(key); ok {
			t.Errorf("%s is still on %s", key, b.Name)
		}
	}
	if got := m.Hint(keys.Get, "gets one"); got != "n gets one" {
		t.Errorf("the hint is %q", got)
	}
	if got := m.Way(keys.Revoke); got != ": revoke" {
		t.Errorf("without a key the way is %q", got)
	}
}

// A key that opens a question does not answer it.
func TestYesOpensNothing(t *testing.T) {
	t.Parallel()
	rows, problems := keys.Choose(map[string][]string{
		"get": {"y"}, "copy": {}, "renew": {"o"}, "revoke": {"j"}, "down": {"down"},
		"revoke_all": {"s"},
	})
	if problems != nil {
		t.Fatal(problems)
	}
	if usual, all := keys.New(nil).Yes(), keys.New(rows).Yes(); usual != "y" || all != "f12" {
		t.Errorf("yes is %q and %q", usual, all)
	}
}

// The configuration, the help and the README are made from the bindings.
func TestDefaultIsComplete(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for i, b := range keys.Default() {
		if b.Name == "" || b.Word == "" || b.Does == "" || b.Where == 0 || seen[b.Name] {
			t.Errorf("row %d: %+v", i, b)
		}
		if keys.Names()[i] != b.Name {
			t.Errorf("%s is listed under another name", b.Name)
		}
		seen[b.Name] = true
	}
	if _, problems := keys.Choose(map[string][]string{"zoom": {"f9"}}); problems != nil {
		t.Errorf("the usual keys clash: %+v", problems)
	}
}

// A key that was chosen for another action does not clash with the key of the demo's traffic.
func TestTrafficGivesWay(t *testing.T) {
	rows, problems := keys.Choose(map[string][]string{"theme": {"t"}})
	if len(problems) > 0 {
		t.Fatalf("t for another action: %v", problems)
	}
	if b, ok := keys.New(rows).Find("t"); !ok || b.Act != keys.Theme {
		t.Errorf("t is bound to %q", b.Name)
	}
	_, problems = keys.Choose(map[string][]string{"theme": {"t"}, "traffic": {"t"}})
	if len(problems) != 1 {
		t.Errorf("t for both: %v", problems)
	}
	if _, ok := keys.New(keys.Bindings(nil).Without(keys.Traffic)).Find("t"); ok {
		t.Error("t is bound without its action")
	}
}
