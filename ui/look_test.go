package ui_test

import (
	"os"
	"strings"
	"testing"

	"lanyard/ui"
)

// TestLook writes one frame to the file LOOKOUT, for a person to look at:
//
//	LOOK=120x32 LOOKTHEME=light LOOKKEYS='down x' LOOKOUT=/tmp/f go test ./ui -run TestLook && cat /tmp/f
func TestLook(t *testing.T) {
	w, h, ok := size(os.Getenv("LOOK"))
	if !ok {
		t.Skip("LOOK is not set")
	}
	p, _ := still(t, w, h, func(o *ui.Options) {
		if n := os.Getenv("LOOKTHEME"); n != "" {
			o.Theme = theme(t, n)
		}
		o.NoColor = os.Getenv("LOOKMONO") != ""
		o.Welcome = os.Getenv("LOOKWELCOME") != ""
		if os.Getenv("LOOKDEMO") != "" {
			o.Demo, o.Banners = true, []string{"TLS certificates of cloud are not verified"}
		}
	})
	p.Feed(orders())
	p.Key(strings.Fields(os.Getenv("LOOKKEYS"))...)
	if err := os.WriteFile(os.Getenv("LOOKOUT"), []byte(p.Frame()), 0o600); err != nil {
		t.Fatal(err)
	}
}
