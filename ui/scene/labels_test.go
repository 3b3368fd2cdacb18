package scene

import (
	"slices"
	"testing"
)

func TestLabels(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		apps []appLabel
		want []string
	}{
		{[]appLabel{{"Orders", "cloud", false}, {"Kiosk", "cloud", true}},
			[]string{"Orders", "Kiosk"}},
		{[]appLabel{{"Orders", "cloud", false}, {"Orders", "cloud", true}},
			[]string{"Orders", "Orders·sand"}},
		{[]appLabel{{"Orders", "cloud", false}, {"Orders", "prod-eu", false}},
			[]string{"Orders@cloud", "Orders@prod-eu"}},
		{[]appLabel{{"Orders", "cloud", true}, {"Orders", "prod-eu", true}},
			[]string{"Orders@cloud", "Orders@prod-eu"}},
		{[]appLabel{{"Orders", "cloud", false}, {"Orders", "prod-eu", false},
			{"Orders", "cloud", true}, {"Mobile", "cloud", true}},
			[]string{"Orders@cloud", "Orders@prod-eu", "Orders·sand", "Mobile"}},
		{[]appLabel{{"Orders", "", false}, {"Orders", "prod-eu", false}},
			[]string{"Orders", "Orders@prod-eu"}},
		{nil, []string{}},
	} {
		if got := labels(c.apps); !slices.Equal(got, c.want) {
			t.Errorf("%v: %q, want %q", c.apps, got, c.want)
		}
	}
}
