package console_test

import (
	"encoding/json"
	"testing"

	"lanyard/console"
)

// The words for states in JSON, commands and the store stay, whatever the faces call them.
func TestStateWordsStay(t *testing.T) {
	t.Parallel()
	got, err := json.Marshal([]console.State{
		console.Unsure, console.Revoking, console.Lingering, console.Dead, console.Superseded,
		console.Expired, console.Expiring, console.Active,
	})
	const want = `["unsure","revoking","lingering","dead","superseded","expired","expiring",` +
		`"active"]`
	if err != nil || string(got) != want {
		t.Errorf("%s, %v, want %s", got, err, want)
	}
	if console.EventSuperseded != "superseded" || console.EventDead != "dead" {
		t.Error("the audit log has other words")
	}
}
