package config

import (
	"lanyard/themes"
	"net/url"
	"reflect"
	"testing"
)

// Each item of a list in extra is sent (RFC 8707 does so with resource).
func TestExtraLists(t *testing.T) {
	t.Parallel()
	cfg, err := Parse("F",
		[]byte(env+app+
			`extra = { resource = ["https://a", "https://b"], n = [1, true], one = "x" }`),
		themes.Set{})
	if err != nil {
		t.Fatal(err)
	}
	want := url.Values{"resource": {"https://a", "https://b"}, "n": {"1", "true"}, "one": {"x"}}
	if got := cfg.Applications[0].Extra; !reflect.DeepEqual(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}
