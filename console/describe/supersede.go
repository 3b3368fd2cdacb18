package describe

import "lanyard/console"

// Supersede describes the effect of a get on a token that another program holds, and the way to
// avoid it.
func Supersede(k console.Supersede) (text, hint string) {
	text = "a new token for " + string(k.Application) + " revokes"
	if !k.Sure {
		text = "a new token for " + string(k.Application) + " may revoke"
	}
	text += " the older one of the same key, user and scopes, also in programs that use it now"
	if k.Held != "" {
		text += " (here " + k.Held + ")"
	}
	if k.Scope == "" {
		return text, "a consumer key of your own avoids this"
	}
	return text, "the scope " + k.Scope + " gets a token of its own (WSO2)"
}
