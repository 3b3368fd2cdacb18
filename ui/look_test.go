package ui_test

import (
	"fmt"
	"os"
	"testing"

	"lanyard/ui"
)

func TestLook(t *testing.T) {
	size := os.Getenv("LOOK")
	if size == "" {
		t.Skip()
	}
	var w, h int
	fmt.Sscanf(size, "%dx%d", &w, &h)
	p, _ := still(t, w, h, func(o *ui.Options) {
		if n := os.Getenv("LOOKTHEME"); n != "" {
			o.Theme = theme(t, n)
		}
		o.NoColor = os.Getenv("LOOKMONO") != ""
		o.Welcome = os.Getenv("LOOKWELCOME") != ""
		if os.Getenv("LOOKDEMO") != "" {
			o.Demo = true
			o.Banners = []string{"TLS certificates of cloud are not verified"}
		}
	})
	p.Feed(orders())
	for _, k := range os.Args[1:] {
		_ = k
	}
	if keys := os.Getenv("LOOKKEYS"); keys != "" {
		var list []string
		for _, k := range splitKeys(keys) {
			list = append(list, k)
		}
		p.Key(list...)
	}
	os.WriteFile(os.Getenv("LOOKOUT"), []byte(p.Frame()), 0o600)
}

func splitKeys(s string) []string {
	var out []string
	for len(s) > 0 {
		var k string
		n, _ := fmt.Sscan(s, &k)
		if n == 0 {
			break
		}
		out = append(out, k)
		i := 0
		for i < len(s) && s[i] == ' ' {
			i++
		}
		s = s[i+len(k):]
	}
	return out
}
