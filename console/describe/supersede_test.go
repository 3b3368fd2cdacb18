package describe_test

import (
	"strings"
	"testing"

	"lanyard/console"
	"lanyard/console/describe"
)

// The text names the held token that ends, tells whether that is certain, and names the scope that
// avoids it.
func TestSupersede(t *testing.T) {
	t.Parallel()
	text, hint := describe.Supersede(console.Supersede{Application: "Orders", Held: "f4c2844f"})
	if !strings.Contains(text, "Orders may revoke") || !strings.Contains(text, "f4c2844f") ||
		!strings.Contains(hint, "a consumer key of your own") {
		t.Errorf("%q, %q", text, hint)
	}
	text, hint = describe.Supersede(
		console.Supersede{Application: "Orders", Sure: true, Scope: "device_laptop"})
	if !strings.Contains(text, "Orders revokes") || strings.Contains(text, "here") ||
		!strings.Contains(hint, "device_laptop") {
		t.Errorf("%q, %q", text, hint)
	}
}
