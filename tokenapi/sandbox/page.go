package sandbox

import (
	"fmt"
	"html"
	"net/http"
	"sort"
	"strings"
)

// page writes an HTML page. It escapes the title; the caller must have escaped the body.
func page(w http.ResponseWriter, status int, title, body string) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy",
		"default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	noStore(w)
	w.WriteHeader(status)
	fmt.Fprintf(w, "<!DOCTYPE html>\n"+
		`<html lang="en"><head><meta charset="utf-8"><title>Lanyard sandbox</title>`+"\n"+
		"<style>body{font:1.1em/1.5 sans-serif;max-width:30em;margin:4em auto;padding:0 1em}"+
		"button,input{font:inherit;padding:.3em .8em;margin-right:.5em}</style></head>\n"+
		"<body><h1>%s</h1>\n%s</body></html>\n",
		html.EscapeString(title), body) //nolint:gosec // escaped here and by every caller
}

const buttons = `<button name="approve" value="1">Approve</button>` +
	`<button name="deny" value="1">Deny</button>`

// consent asks the user whether a client may have access.
func consent(w http.ResponseWriter, c *client, f form) {
	var b strings.Builder
	scope := f["scope"]
	if strings.Trim(scope, " ") == "" {
		scope = defaultUserScope
	}
	fmt.Fprintf(&b, "<p>%s asks for access as <b>%s</b>, to: <b>%s</b></p>\n"+
		`<form method="post">`+"\n",
		html.EscapeString(c.Name), userID, html.EscapeString(scope))
	var names []string
	for name := range f {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		fmt.Fprintf(&b, `<input type="hidden" name="%s" value="%s">`+"\n",
			html.EscapeString(name), html.EscapeString(f[name]))
	}
	b.WriteString(buttons + "</form>\n")
	page(w, http.StatusOK, "Grant access?", b.String())
}

// enterCode asks for the user code of a device.
func enterCode(w http.ResponseWriter, userCode string) {
	page(w, http.StatusOK, "Connect a device",
		`<form method="post">`+"\n"+
			`<p><label>Code <input name="user_code" value="`+html.EscapeString(userCode)+
			`" autocomplete="off" autofocus></label></p>`+"\n"+
			"<p>Is this what your device shows? It will act as <b>"+userID+"</b>.</p>\n"+
			buttons+"</form>\n")
}
