package ui_test

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"lanyard/ui/scene"
)

// A notice never loses the event, the bound of a revoke or the cause of a failure, at any size. On
// two lines it keeps the remedy too.
func TestNoticesOfAStory(t *testing.T) {
	t.Parallel()
	const html = "get: the server answered with an HTML page (502), so it is no token endpoint"
	const long = "check token_url: it has to be the URL of the token endpoint, which answers in " +
		"JSON; a proxy or a login page in between answers in HTML"
	for _, c := range []struct {
		n     scene.Notice
		keeps map[string]string // a text of the notice at each size
	}{
		{
			scene.Notice{Text: "968c12c6: accepted by the server; the gateway may let it through " +
				"for at most 14:49", Brief: "968c12c6: accepted; may pass for at most 14:49\n" +
				"968c12c6: accepted, may pass ≤14:49\n968c12c6: may pass ≤14:49"},
			map[string]string{
				"30x8":   "968c12c6: may pass ≤14:49.",
				"40x12":  "968c12c6: accepted, may pass ≤14:49.",
				"60x20":  "968c12c6: accepted; may pass for at most 14:49.",
				"80x24":  "968c12c6: accepted by the server; the gateway may let it through for",
				"120x32": "the gateway may let it through for at most 14:49.",
			},
		},
		{
			scene.Notice{Text: "1509b11d of Kiosk: expired", Brief: "1509b11d: expired",
				Hint: "g in Kiosk gets a new one", Severity: scene.Warn},
			map[string]string{
				"30x8": "1509b11d of Kiosk: expired.", "40x12": "1509b11d of Kiosk: expired.",
				"60x20":  "1509b11d of Kiosk: expired. g in Kiosk gets a new one.",
				"80x24":  "1509b11d of Kiosk: expired. g in Kiosk gets a new one.",
				"120x32": "1509b11d of Kiosk: expired. g in Kiosk gets a new one.",
			},
		},
		{
			scene.Notice{Text: html, Hint: long, Severity: scene.Bad,
				Brief: "get: the server answered with an HTML page"},
			map[string]string{
				"30x8":   "Get: the server answe… ! log",
				"40x12":  "Get: the server answered with a… ! log",
				"60x20":  "Get: the server answered with an HTML page.",
				"80x24":  "Get: the server answered with an HTML page (502), so it is no token",
				"120x32": "Check token_url: it has to be the URL of the token endpoint",
			},
		},
		{
			scene.Notice{Text: "get: client_credentials: no connection: dial tcp 127.0.0.1:8243: " +
				"connect: connection refused", Brief: "get: connection refused",
				Severity: scene.Bad,
				Hint:     "check that the server runs, and token_url; r asks again"},
			map[string]string{
				"30x8": "Get: connection refused.", "40x12": "Get: connection refused.",
				"60x20":  "Get: connection refused. ! has all of it.",
				"80x24":  "Check that the server runs, and token_url; r asks again.",
				"120x32": "connection refused.",
			},
		},
		{
			scene.Notice{Text: "ab59ff8e: inactive, says the key manager",
				Hint: "a gateway may let it through for a while; a probe tells"},
			map[string]string{
				"30x8": "ab59ff8e: inactive", "40x12": "ab59ff8e: inactive, says",
				"60x20":  "ab59ff8e: inactive, says the key manager.",
				"80x24":  "ab59ff8e: inactive, says the key manager.",
				"120x32": "ab59ff8e: inactive, says the key manager.",
			},
		},
	} {
		for s, want := range c.keeps {
			w, h, _ := size(s)
			p, _ := still(t, w, h)
			p.Feed(orders())
			p.Notice(c.n)
			frame := ansi.Strip(p.Frame())
			words := strings.Join(strings.Fields(frame), " ")
			if !strings.Contains(words, want) {
				t.Errorf("%s: no %q:\n%s", s, want, frame)
			}
			fits(t, p.Frame(), w, h)
		}
	}
}
