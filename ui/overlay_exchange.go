package ui

import (
	"strconv"
	"strings"

	"lanyard/console"
	"lanyard/ui/keys"
	"lanyard/ui/kit"
	"lanyard/ui/session"
)

// exchangeOverlay is a call as it was sent, masked, its answer, and the same call as a curl line.
type exchangeOverlay struct {
	scroll scroll
	e      console.Exchange
}

func (o *exchangeOverlay) title() string {
	return o.e.Started.Format("15:04:05") + " " + kit.Clean(o.e.Method) + " " + pathOf(o.e.URL)
}

func (o *exchangeOverlay) foot() string {
	if o.scroll.n > o.scroll.page {
		return "c copies it as curl · " + more + " · esc closes"
	}
	return "c copies it as curl · esc closes"
}

func (*exchangeOverlay) danger() bool             { return false }
func (*exchangeOverlay) size(w, h int) (int, int) { return min(w, 100), h * 9 / 10 }

func (o *exchangeOverlay) press(_ *scene, a keys.Action, key string) intent {
	switch {
	case a == keys.Close, a == keys.Quit, key == "enter":
		return closeTop{}
	case key == "c", key == "y":
		return request{session.CopyText{What: "the call as curl", Text: curlOf(o.e)}}
	}
	o.scroll.move(a)
	return nil
}

func (o *exchangeOverlay) box(s *scene, w, h int) []string {
	var out []string
	head := func(text string) { out = append(out, kit.Spaces(w), padded(s.st.Strong, text, w)) }
	put := func(name, value string) {
		for i, t := range kit.Chop(kit.Clean(value), max(w-4-len(name), 8)) {
			l := kit.NewLine("", 160)
			l.Gap(2)
			if i == 0 {
				l.Put(string(s.st.Quiet), name)
			} else {
				l.Gap(len(name))
			}
			l.Put("", t)
			out = append(out, l.End(w))
		}
	}
	out = append(out, padded(s.st.Quiet, "secrets are masked · "+whatOf(o.e.Op)+" · "+took(o.e.Took)+" · "+s.redacted(kit.Clean(o.e.Application)), w))
	head("Request")
	put("", o.e.Method+" "+s.redacted(o.e.URL))
	for _, x := range o.e.RequestHeaders {
		put(kit.Clean(x.Name)+": ", s.redacted(x.Value))
	}
	if len(o.e.Form) > 0 {
		out = append(out, kit.Spaces(w))
		for _, x := range o.e.Form {
			put(kit.Clean(x.Name)+" = ", s.redacted(x.Value))
		}
	}
	head("Answer")
	if o.e.Status == 0 {
		put("", "none: "+s.redacted(o.e.Err))
	} else {
		put("", strconv.Itoa(o.e.Status)+" in "+took(o.e.Took)+", "+strconv.FormatInt(o.e.Size, 10)+" bytes")
	}
	for _, x := range o.e.ResponseHeaders {
		put(kit.Clean(x.Name)+": ", s.redacted(x.Value))
	}
	if o.e.ResponseBody != "" {
		out = append(out, kit.Spaces(w))
		for _, line := range bodyLines(o.e.ResponseBody) {
			inner := strings.TrimLeft(line, " ")
			put(kit.Spaces(len(line)-len(inner)), s.redacted(inner))
		}
	}
	if o.e.Err != "" && o.e.Status != 0 {
		put("", "✕ "+s.redacted(o.e.Err))
	}
	head("As curl")
	put("", s.redacted(curlOf(o.e)))
	return o.scroll.show(out, h)
}
