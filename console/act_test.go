package console_test

import (
	"testing"

	"lanyard/console"
)

// A text names each act as the face does. Other braces are left alone.
func TestFaceSays(t *testing.T) {
	t.Parallel()
	keys := console.Face{Name: func(a console.Act, of string) string {
		return "<" + string(a) + of +
			">"
	}}
	for _, c := range []struct {
		face       console.Face
		text, want string
	}{
		{console.FaceCommands(), "{undo} takes it back", "undo in the console takes it back"},
		{console.FaceCommands(), "{probe 3f9ca71e} asks it", "lanyard probe 3f9ca71e asks it"},
		{console.FaceCommands(), "{dismiss_lost_answer m_1} dismisses this",
			"lanyard forget m_1 dismisses this"},
		{console.FaceCommands(), "{probe_until_dead t_1} goes on",
			"lanyard probe --until-dead t_1 goes on"},
		{console.FaceCommands(), "{selected} lists it", "lanyard revocations lists it"},
		{console.FaceLines(), "{undo} takes it back, {dismiss_lost_answer m_1}",
			"undo takes it back, forget m_1"},
		{console.FaceLines(), "{selected} tells", "gateway tells"},
		{keys, "{undo}, {probe 3f9ca71e}", "<undo>, <probe3f9ca71e>"},
		{keys, `the server said {"error":"x"} and {error}`,
			`the server said {"error":"x"} and {error}`},
		{console.Face{}, "{undo} takes it back", "{undo} takes it back"},
	} {
		if got := c.face.Says(c.text); got != c.want {
			t.Errorf("%q is said as %q, want %q", c.text, got, c.want)
		}
	}
}
