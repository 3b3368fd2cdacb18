package console_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"lanyard/store"
)

// faultVerbs are the verbs, each with the verbs that the other writer does at the same time.
var faultVerbs = []struct {
	verb   string
	rivals []string
}{
	{"get", []string{"get", "obtain"}},
	{"obtain", []string{"obtain", "get"}},
	{"renew", []string{"renew", "revoke"}},
	{"revoke", []string{"revoke", "renew"}},
	{"deliver", []string{"deliver", "renew"}},
}

// prepare lets a writer create the token that a verb needs, and returns its ID.
func (a *arena) prepare(v *victim, verb, app, scope string) (id string) {
	a.t.Helper()
	for _, before := range map[string][]string{
		"obtain": {"get"}, "renew": {"get"}, "revoke": {"get"}, "deliver": {"get", "revoke"},
	}[verb] {
		a.tell(v, "do", before, app, scope, id)
		did := strings.Fields(a.await(v, "did"))
		if did[1] != "ok" {
			a.t.Fatalf("%s before %s: %s", before, verb, did[1])
		}
		if len(did) > 3 {
			id = did[3]
		}
	}
	return id
}

// steps runs every verb once, and returns the steps that it has.
func (a *arena) steps() (all []step) {
	a.t.Helper()
	for n, v := range faultVerbs {
		w, scope := a.start(), "s"+strconv.Itoa(n)
		id := a.prepare(w, v.verb, "0", scope)
		before := a.api.sent(w.name)
		a.tell(w, "do", v.verb, "0", scope, id)
		did := strings.Fields(a.await(w, "did"))
		if did[1] != "ok" {
			a.t.Fatalf("%s: %s", v.verb, did[1])
		}
		names := strings.Split(did[2], ",")
		for i, name := range names {
			for _, where := range []string{"before", "inside", "after"} {
				all = append(all, step{v.verb, where, i + 1, name, len(names)})
			}
		}
		for i := range a.api.sent(w.name) - before {
			for _, where := range []string{received, holds, middle, answered} {
				all = append(all, step{v.verb, where, i + 1, "", len(names)})
			}
		}
		w.kill()
	}
	return all
}

// round kills one writer at a step of its verb, while another one that lives does a verb on the
// same token. It returns the outcome.
func (a *arena) round(living *victim, s step, rival string, n int) (code string) {
	a.t.Helper()
	v, scope, app := a.start(), "r"+strconv.Itoa(n), strconv.Itoa(n%4)
	switch {
	case s.verb == "get" && n%3 == 0:
		app = "4" // without a refresh token
	case n%3 == 1:
		app = strconv.Itoa(leavesAlive)
	}
	id := a.prepare(living, s.verb, app, scope)
	var at *stop
	if s.request() {
		at = a.api.arm(v.name, s.where, s.n)
	} else {
		a.tell(v, "stop", s.where, s.n)
	}
	a.tell(v, "do", s.verb, app, scope, id)
	a.reach(v, s, at)
	did := ""
	if s.where != "inside" { // inside a transaction it keeps every other writer waiting
		a.tell(living, "do", rival, app, scope, id)
		did = a.await(living, "did", "waits")
		if rival == s.verb && s.leased() && strings.HasPrefix(did, "did ok") {
			a.t.Errorf("%s: the other writer's %s does not wait", s, rival)
		}
	}
	v.kill()
	if at != nil {
		close(at.gone)
	}
	a.kills++
	a.advance(living)
	if did == "" {
		a.tell(living, "do", rival, app, scope, id)
	}
	if did == "" || did == "waits" {
		did = a.await(living, "did")
	}
	return strings.Fields(did)[1]
}

// spoiled has a writer do every verb while its request or the answer fails in each way, and then
// the same verb again, as a person does. The writer lives.
func (a *arena) spoiled(living *victim) {
	a.t.Helper()
	for name, f := range map[string]fate{
		"busy": {busy: true}, "lost": {lost: true}, "cut": {cut: true}, "proxy": {proxy: true},
	} {
		for _, v := range faultVerbs {
			for _, app := range []int{0, leavesAlive} {
				scope := name + "-" + v.verb
				id := a.prepare(living, v.verb, strconv.Itoa(app), scope)
				if v.verb != "revoke" { // it only decides
					a.api.spoil(living.name, f)
				}
				for range 2 {
					a.tell(living, "do", v.verb, app, scope, id)
					code := strings.Fields(a.await(living, "did"))[1]
					a.t.Logf("%s of %d, %s: %s", v.verb, app, name, code)
					a.advance(living)
				}
				if !a.api.spoilt(living.name) {
					a.t.Errorf("%s of %d, %s: nothing was sent", v.verb, app, name)
				}
			}
		}
	}
}

// counts has the numbers of tokens that are missing, or are there against the rules.
type counts struct {
	kills, issued, refreshed, lost, torn, doubles, undelivered, decided, unsure, kept int
}

// reckon ends an arena. Long after the last verb, one console delivers what is due. Then the store
// is compared with the issuer and the lines of the writers.
func (a *arena) reckon() counts {
	a.t.Helper()
	st, err := store.Open(a.t.Context(), a.dir, patient)
	if err != nil {
		a.t.Fatal(err)
	}
	defer func() { _ = st.Close() }()
	now := a.now.Add(12 * faultTimeout)
	s, err := faultConsole(a.url, "last", func() time.Time { return now }, st)
	if err != nil {
		a.t.Fatal(err)
	}
	done, next, err := s.Deliver(context.WithoutCancel(a.t.Context()))
	if err != nil || !next.IsZero() {
		a.t.Errorf("the last delivery: %v, %d done, next %v", err, len(done), next)
	}
	c := counts{
		kills: a.kills, issued: a.api.n, refreshed: a.api.refreshed, doubles: a.api.doubles,
		decided: len(a.said.decided),
	}
	c.torn = len(a.said.broken) + tornRows(a.t, st, filepath.Join(a.dir, "lanyard.db"))
	for _, text := range a.said.broken {
		a.t.Error(text)
	}
	c.lost, c.undelivered, c.unsure = reckon(a.t, s, a.api, &a.said)
	now = now.Add(2 * faultLife * time.Second)
	c.kept = reckonMarks(a.t, st, s)
	return c
}

func (c *counts) add(d counts) {
	c.kills += d.kills
	c.issued += d.issued
	c.refreshed += d.refreshed
	c.lost += d.lost
	c.torn += d.torn
	c.doubles += d.doubles
	c.undelivered += d.undelivered
	c.decided += d.decided
	c.unsure += d.unsure
	c.kept += d.kept
}

// TestFault kills writers at every step of every verb, and at random steps of many verbs at once,
// while another writer works on the same store, and counts what is missing afterwards. FAULT_SEED
// repeats the random decisions. Without LANYARD_FULL it takes a sample of the steps.
func TestFault(t *testing.T) {
	t.Parallel()
	seed := uint64(time.Now().UnixNano())
	if text := os.Getenv("FAULT_SEED"); text != "" {
		var err error
		if seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	type round struct {
		step
		rival string
	}
	var plan []round
	for _, s := range newArena(t, seed).steps() {
		for _, v := range faultVerbs {
			if v.verb != s.verb {
				continue
			}
			for i, rival := range v.rivals {
				after := s.where == "after" && s.name != "lease" && s.name != "release"
				if full() || i == 0 && (s.where == holds || after) {
					plan = append(plan, round{s, rival})
				}
			}
		}
	}
	lanes, runs, kills := 2, 1, 4
	if full() {
		lanes, runs, kills = 4, 2, 40
	}
	var mu sync.Mutex
	var all counts
	t.Run("steps", func(t *testing.T) {
		for lane := range lanes {
			t.Run(strconv.Itoa(lane), func(t *testing.T) {
				t.Parallel()
				a := newArena(t, seed)
				living := a.start()
				for n := lane; n < len(plan); n += lanes {
					code := a.round(living, plan[n].step, plan[n].rival, n)
					t.Logf("%s, beside %s: %s", plan[n].step, plan[n].rival, code)
					if r := plan[n].rival; code != "ok" && (r == "get" || r == "obtain") {
						t.Errorf("%s: the other writer's %s ends with %s", plan[n].step, r, code)
					}
				}
				living.kill()
				c := a.reckon()
				mu.Lock()
				defer mu.Unlock()
				all.add(c)
			})
		}
		t.Run("spoiled", func(t *testing.T) {
			t.Parallel()
			a := newArena(t, seed)
			living := a.start()
			a.spoiled(living)
			living.kill()
			c := a.reckon()
			mu.Lock()
			defer mu.Unlock()
			all.add(c)
		})
		for n := range runs {
			t.Run("random kills "+strconv.Itoa(n), func(t *testing.T) {
				t.Parallel()
				a := newArena(t, seed+uint64(n))
				a.killAtRandom(rand.New(rand.NewPCG(seed, uint64(n))), kills)
				c := a.reckon()
				mu.Lock()
				defer mu.Unlock()
				all.add(c)
			})
		}
	})
	fmt.Printf("kills %d, issued %d, refreshed %d, lost %d, torn %d, double spends %d, "+
		"undelivered revokes %d of %d, unsure %d, of those marks after a later get %d (seed %d)\n",
		all.kills, all.issued, all.refreshed, all.lost, all.torn, all.doubles,
		all.undelivered, all.decided, all.unsure, all.kept, seed)
	if all.lost+all.torn+all.doubles+all.undelivered > 0 || all.kept == 0 {
		t.Error("see the counts")
	}
}
