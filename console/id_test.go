package console

import "testing"

// IsID accepts each ID that Lanyard makes, and nothing longer, shorter or of another kind.
func TestIsID(t *testing.T) {
	t.Parallel()
	ids := []string{ApplicationID("https://h/token", "key", "password", "ana")}
	for _, kind := range []string{"t_", "m_", "r_", "i_"} {
		ids = append(ids, newID(kind))
	}
	for _, id := range ids {
		for word, want := range map[string]bool{id: true, id + "a": false, id[:len(id)-1]: false,
			"x" + id: false, id[:len(id)-1] + "1": false, id[:len(id)-1] + "A": false} {
			if IsID(word) != want {
				t.Errorf("%q: %v", word, !want)
			}
		}
	}
	for _, word := range []string{"", "_", "app_", "t_", "abcdefghijkl"} {
		if IsID(word) {
			t.Errorf("%q is taken for an id", word)
		}
	}
}
