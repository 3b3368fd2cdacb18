package console_test

import (
	"testing"

	"lanyard/console"
)

func TestShellWord(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"Orders": "Orders", "Orders@cloud/PRODUCTION": "Orders@cloud/PRODUCTION",
		"決済": "決済", "Billing API": "'Billing API'", "": "''", "it's": `'it'\''s'`,
		"a;b": "'a;b'", "$(x)": "'$(x)'", "~": "'~'", "*": "'*'", "a\nb": "'a\nb'",
	} {
		if got := console.ShellWord(text); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}
