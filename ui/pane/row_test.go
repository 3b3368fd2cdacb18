package pane

import (
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"lanyard/themes"
	"lanyard/ui/kit"
	"lanyard/ui/scene"
	"lanyard/ui/session"
)

// fixture is a token list as plain data, which [fixture.draw] draws by the rules of this package.
type fixture struct {
	lives    [2]time.Duration // the shortest and the longest, as granted
	rows     [3][]string      // see parseRow
	counts   [3]int           // if there are more rows than those in rows
	last     string           // the time left of the last live row
	newest   string           // of the rows that are over
	env      string
	oneApp   bool
	selected string // fingerprint
	marked   []string
}

// parseRow makes a row of "sign;name;env;token;user;scopes;left;rest". The rest are calls, or parts
// if it begins with an equals sign.
func parseRow(text string) (r tokenRow, left time.Duration) {
	f := strings.Split(text, ";")
	r = tokenRow{sign: scene.NewCell("", f[0]), name: f[1], env: f[2], token: f[3], user: f[4],
		scopes: f[5], left: scene.NewCell("", f[6])}
	if rest, ok := strings.CutPrefix(f[7], "="); ok {
		r.parts = strings.Split(rest, " · ")
	} else {
		r.calls = callsOf(f[7])
	}
	if f[0] == "◐" {
		r.word, r.state = scene.NewCell("", "expiring"), true
	}
	r.hatched = f[0] == "◒" || f[0] == "?"
	switch f[6] {
	case "unsure":
		r.note = scene.NewCell("", "no answer")
		return r, 59*time.Minute + 52*time.Second
	case "never", "unknown":
		return r, kit.Endless
	}
	for _, unit := range strings.Fields(strings.TrimPrefix(f[6], "≤")) {
		if m, s, ok := strings.Cut(unit, ":"); ok {
			return r, number(m, time.Minute) + number(s, time.Second)
		}
		size := unit[:len(unit)-1]
		switch unit[len(unit)-1] {
		case 'd':
			left += number(size, 24*time.Hour)
		case 'h':
			left += number(size, time.Hour)
		case 'm':
			left += number(size, time.Minute)
		}
	}
	return r, left
}

func number(text string, unit time.Duration) time.Duration {
	n, _ := strconv.Atoi(text)
	return time.Duration(int64(n) * int64(unit))
}

// needs returns what the columns are computed from.
func (f *fixture) needs(width int) columnNeeds {
	n := columnNeeds{width: width, oneApp: f.oneApp, env: kit.Width(f.env), environments: 1}
	if f.env != "" {
		n.environments = 2
	}
	for _, rows := range f.rows {
		for _, text := range rows {
			r, _ := parseRow(text)
			n.names = append(n.names, kit.Width(r.name))
			n.user = max(n.user, kit.Width(r.user))
			n.scopes = max(n.scopes, kit.Width(r.scopes))
		}
	}
	return n
}

// longest returns the longest time on the axis.
func (f *fixture) longest() (longest time.Duration) {
	for s := live; s <= revoked; s++ {
		for _, text := range f.rows[s] {
			_, left := parseRow(text)
			longest = max(longest, left)
		}
	}
	if f.last != "" {
		_, left := parseRow(";;;;;;" + f.last + ";")
		longest = max(longest, left)
	}
	return longest
}

// ended ends a line, but does not cut it, so that a test sees one that is too wide.
func ended(l *kit.Line, width int) string { return l.End(max(width, l.Width())) }

func (f *fixture) draw(width, lines int) []string {
	c := fitColumns(f.needs(width))
	a := kit.NewAxis(c.axis, kit.LogScale(f.lives[0], f.lives[1]), f.longest())
	counts, cursor := f.counts, live
	for s := live; s <= over; s++ {
		counts[s] = max(counts[s], len(f.rows[s]))
		for _, text := range f.rows[s] {
			if strings.Contains(text, f.selected) {
				cursor = s
			}
		}
	}
	d := divide(lines-1, counts, cursor)
	l := kit.NewLine("", 0)
	c.putHead(l, "", a.Ticks())
	out := []string{ended(l, width)}
	for s := live; s <= over; s++ {
		if d.heading[s] {
			if d.blank && len(out) > 1 {
				out = append(out, kit.Spaces(width))
			}
			out = append(out, f.heading(s, d, counts, width))
		}
		for _, text := range f.rows[s][:d.rows[s]] {
			out = append(out, f.row(text, a, c, width))
		}
		if s == live && d.more {
			last := ""
			if f.last != "" {
				last = "ends in " + f.last
			}
			text := moreText(0, counts[live]-d.rows[live], last, width-rowHead)
			out = append(out, kit.Fit(kit.Spaces(rowHead)+text, width))
		}
	}
	for len(out) < lines {
		out = append(out, kit.Spaces(width))
	}
	return out
}

func (f *fixture) heading(s session.Section, d division, counts [3]int, width int) string {
	l := kit.NewLine("", 0)
	count := strconv.Itoa(counts[s])
	if d.rows[s] > 0 && d.rows[s] < counts[s] {
		count = strconv.Itoa(d.rows[s]) + " of " + count
	}
	titles, rights := []string{"REVOKED, MAY STILL PASS", "REVOKED, MAY PASS"}, []string{count}
	if s == over {
		titles = []string{"OVER"}
		rights = []string{count + " · last: " + f.newest, count}
		if d.rows[s] > 0 {
			rights[0] = count + " · f hides"
		}
	}
	putHeading(l, "", "", titles, rights, width)
	return ended(l, width)
}

func (f *fixture) row(text string, a kit.Axis, c columns, width int) string {
	r, left := parseRow(text)
	switch r.left.Text {
	case "never", "unknown":
		r.bar.Text = a.NoEnd(r.hatched)
	default:
		if r.bar.Text = a.Bar(left); r.hatched {
			r.bar.Text = a.Hatched(left)
		}
	}
	for _, m := range f.marked {
		r.marked = r.marked || strings.Contains(text, m)
	}
	l := kit.NewLine("", 0)
	if strings.Contains(text, f.selected) {
		l.Put("", "▌")
	} else {
		l.Gap(1)
	}
	r.draw(l, c, &rowPaints{}, false)
	return ended(l, width)
}

// The lists, by the name of the file in testdata.
func fixtures() map[string]fixture {
	const hour = time.Hour
	base := fixture{
		lives: [2]time.Duration{15 * time.Minute, hour}, env: "prod-eu",
		last: "59:40", newest: "✕ Orders a194eb99 dead", selected: "77b209dd",
	}
	base.rows[live] = []string{
		"◐;Orders;cloud;77b209dd;ana;default;0:41;200 ||", "●;Mobile;cloud;12a6b888;app;feed;4:12;",
		"●;Ledger;prod-eu;0b233657;app;read;12:44;", "●;Ledger;prod-eu;1a61483b;app;read;31:05;",
		"●;Mobile;cloud;fb7ddc8f;app;feed;40:10;200 |", "●;Ledger;prod-eu;20c37aa8;app;read;44:18;",
		"●;Billing API;cloud;4a62fdad;app;feed;56:01;", "●;Orders;cloud;c24162dc;app;feed;57:45;",
		"●;Orders;cloud;96065616;app;default;57:47;", "●;Kiosk;cloud;33a461bb;app;feed;58:57;",
		"●;Billing API;cloud;d8cbd4b7;app;feed;59:12;", "●;Payments;cloud;39bf0004;ana;feed;59:40;",
	}
	base.rows[revoked] = []string{
		"◒;Payments;cloud;cea55f74;ana;default;≤14:49;200 |||",
		"◒;Orders;cloud;1413d6d0;app;default;≤9:02;",
	}
	base.rows[over] = []string{
		"✕;Orders;cloud;a194eb99;app;default;dead;=after 6 s · 401 ×3 · 2 min ago",
	}
	all := map[string]fixture{}
	for _, name := range []string{"base120", "w160", "n100", "n80", "n60", "n40", "n30", "locked"} {
		all[name] = base
	}
	marks := base
	marks.marked, marks.selected = []string{"77b209dd", "1a61483b", "c24162dc"}, "c24162dc"
	all["marks"] = marks

	undo := base
	undo.rows[live] = append([]string{}, base.rows[live]...)
	undo.rows[live][4] = "◌;Mobile;cloud;fb7ddc8f;app;feed;in 4 s;" +
		"=u undoes it · once sent, it may pass ≤15:00"
	undo.selected = "fb7ddc8f"
	all["undo"] = undo

	unsure := base
	unsure.rows[live] = append(append([]string{}, base.rows[live][:11]...),
		"?;Payments;cloud;unknown;ana;feed;unsure;")
	unsure.selected = ";unknown;"
	all["unsure"] = unsure

	prod := fixture{lives: [2]time.Duration{15 * time.Minute, hour}, oneApp: true,
		selected: "0b233657"}
	prod.rows[live] = []string{"●;;;0b233657;app;read;12:44;", "●;;;1a61483b;app;read write;31:05;",
		"●;;;20c37aa8;app;read;44:18;"}
	all["prod"] = prod

	names := fixture{lives: prod.lives, env: "prod-eu", selected: "77b209dd"}
	names.rows[live] = []string{"◐;決済ゲートウェイ;cloud;77b209dd;田中;default;0:41;",
		"●;बैंक सेवक;cloud;12a6b888;app;feed;12:44;", "●;Ledger;prod-eu;1a61483b;app;read;31:05;",
		"●;決済ゲートウェイ;cloud;4a62fdad;app;feed;56:01;"}
	all["names2"] = names
	names.rows[live] = append(append([]string{}, names.rows[live]...), "●;payments-reconciliation-"+
		"service-for-the-eu-region-2026b;cloud;c24162dc;app;feed;57:45;")
	all["names"], all["names80"] = names, names

	over80 := fixture{lives: prod.lives, env: "prod-eu", last: "59:40", selected: "a194eb99"}
	over80.rows[over] = []string{
		"✕;Orders;;a194eb99;app;;dead;=after 6 s · 401 ×3 · 2 min ago",
		"✕;Payments;;cea55f74;ana;;dead;=window over · 4 min ago",
		"○;Kiosk;;7be1d05a;app;;replaced;=by c03f11e9, which expired too",
		"○;Mobile;;0c1177fe;app;;expired;=12 min ago",
		"○;Ledger;;5c0d77a1;app;;expired;=yesterday 18:58",
	}
	all["over80"] = over80

	many := "200 " + strings.Repeat("|", 60)
	demo := fixture{lives: [2]time.Duration{time.Minute, hour}, selected: "1413d6d0"}
	demo.rows = [3][]string{
		{"◐;Kiosk;;5be0a71f;app;;0:44;" + many, "●;Mobile;;9c24d1e8;ana;;39:07;" + many,
			"●;Orders;;2f6610bd;app;;52:00;" + many},
		{"◒;Orders;;1413d6d0;app;;≤0:50;" + many},
		{"✕;Payments;;a194eb99;app;;dead;=after 6 s · 200 ×48 401 ×3 · 1 min ago",
			"○;Mobile;;70f3ab52;ana;;replaced;=by 9c24d1e8 · 2 min ago"},
	}
	all["demo"] = demo

	log := fixture{lives: [2]time.Duration{time.Minute, kit.Endless}, env: "prod-eu",
		selected: "33a461bb"}
	log.rows[live] = []string{"◐;Kiosk;;33a461bb;app;;0:30;", "●;Mobile;;12a6b888;app;;4:12;",
		"●;Ledger;;1a61483b;app;;31:05;", "●;Orders;;c24162dc;app;;4h 05m;",
		"●;Payments;;39bf0004;ana;;1d 02h;", "●;Billing API;;4a62fdad;app;;29d;",
		"●;Billing API;;d8cbd4b7;app;;never;"}
	log.rows[revoked] = []string{"◒;Orders;;1413d6d0;app;;unknown;200 |",
		"◒;Payments;;cea55f74;ana;;≤14:49;200 |||"}
	all["log"] = log

	all["big120"], all["big200"] = big(base), big(base)
	return all
}

// big returns the list of 40 applications, with the rows that a large screen shows.
func big(base fixture) fixture {
	base.counts, base.last = [3]int{96, 5, 12}, "58:57"
	base.rows[live] = []string{
		"◐;Orders;cloud;77b209dd;ana;default;0:18;200 ||||",
		"●;Ledger;prod-eu;e8e72789;li;read;1:21;", "●;Loyalty;cloud;faf55496;li;read write;1:34;",
		"●;Quotes;prod-eu;40cbacd0;app;feed;1:39;200 |",
		"●;Mailer;cloud;072a98d2;ana;read;2:08;200 ||", "●;Stock;prod-eu;42b38755;app;read;2:08;",
		"●;Vouchers;cloud;fa619774;app;feed;2:15;",
		"●;Tracking;cloud;4e14d571;app;read write;2:34;",
		"●;Tickets;prod-eu;9f27f52c;app;default;2:37;",
		"●;Contracts;prod-eu;10a3d6b2;app;read write;2:38;",
		"●;Ledger;prod-eu;7a605a91;app;feed;3:16;", "●;Tickets;prod-eu;86e3e726;app;default;3:53;",
		"●;Claims;prod-eu;92b1d3f2;ana;read write;3:55;",
		"●;Exports;cloud;298cb3a5;app;read write;4:05;",
		"●;Audit;cloud;128b2f33;app;read write;4:17;", "●;Search;cloud;7e9ee51d;ana;default;5:12;",
		"●;Booking;cloud;907a70c3;app;read;5:17;", "●;Orders;cloud;7178ba0a;ana;read;5:19;",
		"●;Fleet;cloud;9d33a01c;li;read;5:34;", "●;Exports;cloud;99c94309;app;default;5:35;",
		"●;Tracking;cloud;721888ff;app;read write;5:41;",
		"●;Quotes;prod-eu;3836e865;app;feed;5:49;", "●;Stock;prod-eu;110e2cb6;ana;default;5:56;",
		"●;Checkout;cloud;1e398f10;li;read;5:59;", "●;Events;prod-eu;cc4169a3;li;feed;6:08;",
		"●;Loans;prod-eu;be4c5ce6;app;read;6:29;", "●;Ledger;prod-eu;ca04c79f;ana;default;6:47;",
		"●;Imports;cloud;3d4882a5;li;read;6:48;", "●;Imports;cloud;332dd331;li;read write;7:12;",
		"●;Refunds;prod-eu;6e7836a4;li;read write;7:26;",
		"●;Booking;cloud;7f150524;li;read write;7:39;",
	}
	base.rows[revoked] = []string{
		"◒;Payments;cloud;cea55f74;ana;default;≤14:49;200 " + strings.Repeat("|", 20),
		"◒;Fraud;cloud;51aa09d3;app;default;≤11:20;200 |||||",
		"◒;Orders;cloud;1413d6d0;app;default;≤9:02;",
		"◒;Maps;cloud;e2f0761b;li;default;≤6:55;200 ||| 401 x",
		"◒;Stock;prod-eu;0d9c4417;app;default;≤2:08;",
	}
	return base
}

// The list is drawn as in the files of testdata, to the cell.
func TestTokenList(t *testing.T) {
	t.Parallel()
	for name, f := range fixtures() {
		data, err := os.ReadFile("testdata/" + name + ".golden")
		if err != nil {
			t.Fatal(err)
		}
		want := strings.Split(strings.TrimSuffix(string(data), "\n"), "\n")
		got := f.draw(kit.Width(want[0]), len(want))
		if len(got) != len(want) {
			t.Errorf("%s: %d lines, want %d", name, len(got), len(want))
			continue
		}
		for i := range want {
			if got[i] != want[i] {
				t.Errorf("%s, line %d:\n%s, want\n%s", name, i+1, got[i], want[i])
			}
		}
	}
}

// A row of a narrow list leaves out what does not fit, and keeps its width.
func TestRowAtEveryWidth(t *testing.T) {
	t.Parallel()
	for name, f := range fixtures() {
		for width := 30; width <= 200; width += 3 {
			for lines := 2; lines <= 40; lines += 6 {
				got := f.draw(width, lines)
				if len(got) != lines {
					t.Fatalf("%s: %d lines, want %d", name, len(got), lines)
				}
				cursor := false
				for i, l := range got {
					if n := kit.Width(l); n != width {
						t.Fatalf("%s, line %d is %d wide, want %d:\n%s", name, i, n, width, l)
					}
					cursor = cursor || strings.HasPrefix(l, "▌")
				}
				if !cursor && f.selected == "77b209dd" {
					t.Errorf("%s, %dx%d: the selected row is not shown", name, width, lines)
				}
			}
		}
	}
}

// Names of every script leave the other columns in their places, at each width and for each way in
// which a terminal measures.
func TestNamesOfEveryScript(t *testing.T) {
	defer kit.MeasureClusters(false)
	for _, clusters := range []bool{false, true} {
		kit.MeasureClusters(clusters)
		for _, name := range []string{"स्वास्थ्य सेवा केंद्र", "บริการชำระเงินที่ปลอดภัย",
			"بوابة الدفع الإلكتروني", "決済ゲートウェイ本番環境", "결제 게이트웨이", "👩\u200d💻 team 👍🏽",
			"🇩🇪 Berlin 🇫🇷 Paris", "Zu\u0308rich Zahlungsdienst", "❤\ufe0f 1\ufe0f\u20e3 service"} {
			clean := kit.Clean(name)
			for width := 30; width <= 120; width++ {
				f := fixture{lives: [2]time.Duration{time.Hour, time.Hour}, selected: "none"}
				f.rows[live] = []string{"●;" + clean + ";;0b233657;" + clean + ";;12:44;",
					"●;Orders;;1a61483b;app;;31:05;"}
				c := fitColumns(f.needs(width))
				left := c.total() - c.behindLeft()
				if c.behindLeft() > 0 {
					left -= c.gap
				}
				for i, line := range f.draw(width, 4)[1:3] {
					before, after, _ := strings.Cut(line, []string{"12:44", "31:05"}[i])
					at := kit.Width(before) + len("12:44")
					if at != left || at+kit.Width(after) != width {
						t.Fatalf("%s in %d cells: %q", name, width, line)
					}
				}
			}
		}
	}
}

// Each piece of a row has its own paint, and the bar has no tint of the selected row.
func TestRowPaints(t *testing.T) {
	t.Parallel()
	r, left := parseRow("◐;Orders;cloud;77b209dd;ana;default;0:41;200 | 401 x")
	r.sign.Paint, r.text, r.left.Paint = "<s>", "<t>", "<l>"
	r.bar.Paint, r.word.Paint = "<b>", "<w>"
	c := columns{gap: 2, name: 6, token: 8, left: 8, axis: 16, calls: 12}
	p := rowPaints{mark: "<m>", quiet: "<q>"}
	p.calls = [4]themes.Paint{"<0>", "<1>", "<2>", "<3>"}
	r.bar.Text, r.marked = kit.NewAxis(16, false, time.Hour).Bar(left), true
	l := kit.NewLine("", 0)
	r.draw(l, c, &p, false)
	want := "<m>✓<s>◐ <t>Orders  <t>77b209dd      <l>0:41  <b>▏  <w>expiring       " +
		"<1>200<2> 401 ×1"
	if got := strings.ReplaceAll(l.End(l.Width()), "\x1b[m", ""); got != want {
		t.Errorf("got\n%s, want\n%s", got, want)
	}
	l = kit.NewLine("\x1b[7m", 0)
	r.draw(l, c, &p, true)
	if got := l.End(l.Width()); !strings.Contains(got, "\x1b[m  <b>▏\x1b[m  \x1b[7m") {
		t.Errorf("in reverse video, the bar is not apart: %q", got)
	}
}

// What the last line of the live rows says depends on the scroll position and on the width.
func TestMoreText(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		above, below int
		last         string
		w            int
		want         string
	}{
		{0, 87, "ends in 58:57", 60, "87 more, below · the last ends in 58:57"},
		{3, 87, "ends in 58:57", 30, "3 above · 87 below"}, {0, 2, "", 60, "2 more, below"},
		{9, 0, "ends in 58:57", 60, "9 more, above"}, {0, 87, "ends in 58:57", 6, "87 mo…"},
	} {
		if got := moreText(c.above, c.below, c.last, c.w); got != c.want {
			t.Errorf("%+v: %q", c, got)
		}
	}
}

func BenchmarkTokenRow(b *testing.B) {
	b.ReportAllocs()
	f := fixtures()["big200"]
	c := fitColumns(f.needs(116))
	a := kit.NewAxis(c.axis, false, time.Hour)
	r, left := parseRow("◒;Maps;cloud;e2f0761b;li;default;≤6:55;200 ||| 401 x")
	var p rowPaints
	for b.Loop() {
		r.bar.Text = a.Hatched(left)
		l := kit.NewLine("", 320)
		l.Gap(1)
		r.draw(l, c, &p, false)
		_ = l.End(116)
	}
}
