package ui_test

import (
	"testing"

	"lanyard/console"
)

// The key asks the key manager about the selected token, and tells why it cannot.
func TestIntrospectByKey(t *testing.T) {
	t.Parallel()
	l := alive(t, introspects).scoped("Orders")
	k := &manager{clock: l.clock, active: true}
	l.api.API = k
	l.Key("g", "2", "I")
	l.said(": active, says the key manager")
	k.active = false
	l.Key("I")
	l.said("inactive, says the key manager")
	k.err = &console.Error{Code: console.CodeOffline, Text: "introspect: no connection"}
	l.Key("I")
	l.said("introspect: no connection")
	if k.asked != 3 {
		t.Errorf("asked %d times", k.asked)
	}
	without := alive(t).scoped("Orders")
	without.Key("g", "2", "I")
	without.said("environment cloud has no introspect_url")
}
