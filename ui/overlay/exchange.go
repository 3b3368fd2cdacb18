package overlay

import (
	"strconv"
	"strings"

	"lanyard/console"
	"lanyard/ui/keys"
	"lanyard/ui/kit"
	"lanyard/ui/scene"
	"lanyard/ui/session"
)

// OfCall returns the box that shows a call: all of it if this run made it, else what the audit log
// knows.
func OfCall(s *scene.Scene, r session.CallRow) scene.Overlay {
	if r.Exchange != nil {
		return &Exchange{Call: *r.Exchange}
	}
	c := r.Call()
	return &PastCall{call: c, effect: s.Session.CallEffect(c)}
}

// PastCall shows what the audit log knows of a call of another run.
type PastCall struct {
	scroll scene.Scroll
	call   console.Call
	effect console.CallEffect
}

// Title implements [scene.Overlay].
func (o *PastCall) Title(s *scene.Scene) string {
	return o.call.At.In(s.Now.Location()).Format("Mon 2 Jan 15:04:05") + " " +
		kit.Clean(o.call.Method) + " " + s.Show(o.call.Path)
}

// Hints implements [scene.Overlay].
func (o *PastCall) Hints(*scene.Scene) []scene.Hint {
	return []scene.Hint{o.scroll.More(), {Keys: "esc", Word: "close"}}
}

// Hidden implements [scene.Partial].
func (o *PastCall) Hidden() (above, below int) { return o.scroll.Hidden() }

// Danger implements [scene.Overlay].
func (*PastCall) Danger() bool { return false }

// Size implements [scene.Overlay].
func (*PastCall) Size(_ *scene.Scene, w, h int) (int, int) { return min(w, 76), min(h, 14) }

// Press implements [scene.Overlay].
func (o *PastCall) Press(_ *scene.Scene, a keys.Action, key string) scene.Intent {
	if a == keys.Close || a == keys.Quit || key == "enter" {
		return scene.CloseTop{}
	}
	o.scroll.Move(a)
	return nil
}

// Box implements [scene.Overlay].
func (o *PastCall) Box(s *scene.Scene, w, h int) []string {
	c := o.call
	answer := "none"
	if c.Status != 0 {
		answer = strconv.Itoa(c.Status) + " in " + scene.Took(c.Took)
	}
	var out []string
	put := func(name, value string) {
		if value == "" {
			return
		}
		for i, t := range kit.Wrap(value, max(w-16, 8)) {
			l := kit.NewLine("", 160)
			l.Gap(2)
			if i > 0 {
				name = ""
			}
			l.Put(string(s.Styles.Quiet), kit.Fit(name, 13))
			l.Put("", t)
			out = append(out, l.End(w))
		}
	}
	out = append(out, scene.Padded(s.Styles.Quiet, "a call of another run, from the audit log", w),
		kit.Spaces(w))
	put("time", c.At.In(s.Now.Location()).Format("2006-01-02 15:04:05"))
	put("request", kit.Clean(c.Method)+" "+s.Show(c.Path))
	put("answer", answer)
	put("outcome", s.CallWords(c, o.effect))
	put("application", s.Show(c.Application))
	put("token", kit.Clean(o.effect.Fingerprint))
	out = append(out, kit.Spaces(w))
	return o.scroll.Show(append(out, scene.Placeholder(s, w, h,
		"The log keeps no host, no headers, no parameters and no body of a call, so they "+
			"cannot be shown and there is no curl line.")...), h)
}

// Exchange shows a call with its secrets masked: the request, the answer, and the same request as a
// curl line.
type Exchange struct {
	scroll scene.Scroll
	Call   console.Exchange
}

func (o *Exchange) Title(s *scene.Scene) string {
	return o.Call.Started.Format("15:04:05") + " " + kit.Clean(o.Call.Method) + " " +
		s.Path(o.Call.URL)
}

// Hints implements [scene.Overlay].
func (o *Exchange) Hints(s *scene.Scene) []scene.Hint {
	out := []scene.Hint{o.scroll.More()}
	if s.Session.CanCopy() {
		out = append(out, scene.Hint{Keys: "c", Word: "copy as curl"})
	}
	if o.token(s) != "" {
		out = append(out, scene.Hint{Keys: "enter", Word: "open the token"})
	}
	return append(out, scene.Hint{Keys: "esc", Word: "close"})
}

// token returns the ID of the token that the call was about; "" if there is none, or if it is gone.
func (o *Exchange) token(s *scene.Scene) string {
	if r := s.Board.Row(o.Call.TokenID); r != nil && r.Token != nil {
		return r.ID
	}
	return ""
}

// Hidden implements [scene.Partial].
func (o *Exchange) Hidden() (above, below int) { return o.scroll.Hidden() }

func (*Exchange) Danger() bool { return false }
func (o *Exchange) Size(s *scene.Scene, w, h int) (int, int) {
	w = min(w, 100)
	return w, min(h, len(o.lines(s, w)))
}

func (o *Exchange) Press(s *scene.Scene, a keys.Action, key string) scene.Intent {
	id := o.token(s)
	switch {
	case key == "enter" && id != "":
		return openToken{id}
	case a == keys.Close, a == keys.Quit, key == "enter":
		return scene.CloseTop{}
	case key == "c", key == "y":
		return scene.Do(session.CopyText{What: "the call as curl", Text: curlOf(o.Call)})
	}
	o.scroll.Move(a)
	return nil
}

func (o *Exchange) Box(s *scene.Scene, w, h int) []string {
	return o.scroll.Show(o.lines(s, w), h)
}

// phrased joins texts with a separator. A text that has no room begins the next line, without the
// separator.
func phrased(w int, texts ...string) (out []string) {
	const between = " · "
	for _, t := range texts {
		if last := len(out) - 1; last >= 0 && kit.Width(out[last]+between+t) <= w {
			out[last] += between + t
		} else {
			out = append(out, t)
		}
	}
	return out
}

// lines returns all lines of the box.
func (o *Exchange) lines(s *scene.Scene, w int) []string {
	var out []string
	head := func(text string) {
		out = append(out, kit.Spaces(w), scene.Padded(s.Styles.Strong, text, w))
	}
	put := func(name, value string) {
		for i, t := range kit.Chop(kit.Clean(value), max(w-4-len(name), 8)) {
			l := kit.NewLine("", 160)
			l.Gap(2)
			if i == 0 {
				l.Put(string(s.Styles.Quiet), name)
			} else {
				l.Gap(len(name))
			}
			l.Put("", t)
			out = append(out, l.End(w))
		}
	}
	lead := []string{"secrets are masked", o.Call.Verb()}
	if o.Call.Status == 0 { // else the answer has it
		lead = append(lead, scene.Took(o.Call.Took))
	}
	if app := s.Show(o.Call.Application); app != "" {
		lead = append(lead, app)
	}
	for _, text := range phrased(w-2, lead...) {
		for _, t := range kit.Wrap(text, max(w-2, 8)) {
			out = append(out, scene.Padded(s.Styles.Quiet, t, w))
		}
	}
	head("Request")
	put("", o.Call.Method+" "+s.Redacted(o.Call.URL))
	for _, x := range o.Call.RequestHeaders {
		put(kit.Clean(x.Name)+": ", s.Redacted(x.Value))
	}
	if len(o.Call.Form) > 0 {
		out = append(out, kit.Spaces(w))
		for _, x := range o.Call.Form {
			put(kit.Clean(x.Name)+" = ", s.Redacted(x.Value))
		}
	}
	head("Answer")
	if o.Call.Status == 0 {
		put("", "none: "+s.Redacted(o.Call.Err))
	} else {
		size := strconv.FormatInt(o.Call.Size, 10) + " bytes"
		if o.Call.Size < 0 {
			size = "the body was not read"
		}
		put("", strconv.Itoa(o.Call.Status)+" in "+scene.Took(o.Call.Took)+", "+size)
	}
	for _, x := range o.Call.ResponseHeaders {
		put(kit.Clean(x.Name)+": ", s.Redacted(x.Value))
	}
	if o.Call.ResponseBody != "" {
		out = append(out, kit.Spaces(w))
		for _, line := range bodyLines(o.Call.ResponseBody) {
			inner := strings.TrimLeft(line, " ")
			put(kit.Spaces(len(line)-len(inner)), s.Redacted(inner))
		}
	}
	if o.Call.Err != "" && o.Call.Status != 0 {
		put("", "✕ "+s.Redacted(o.Call.Err))
	}
	head("As curl")
	put("", s.Redacted(curlOf(o.Call)))
	return out
}
