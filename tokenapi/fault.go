package tokenapi

import (
	"strings"

	"lanyard/text"
)

// fault is an error of a WSO2 gateway, in one of the seven shapes it comes in.
type fault struct {
	code                 int
	message, description string
	next                 string // throttling: nextAccessTime, as the gateway wrote it
	gateway              bool   // the shape alone says that a gateway wrote it
}

// known says whether the code is one of a gateway. An API has codes of its own; those of the gateway
// are 900xxx (security, throttling), 700700 (blocked) and 10xxxx and 303001 (transport).
//
// A code outside these is an API's own, or repeats the HTTP status (the 404 of a gateway without such an API).
func (f fault) known() bool {
	c := f.code
	return c >= 900000 && c <= 900999 || c >= 700700 && c <= 700799 || c >= 101000 && c <= 101999 || c >= 303000 && c <= 303999
}

// words gives message and description on one line, once if they are the same.
func (f fault) words() string {
	switch {
	case f.message == "" || strings.Contains(f.description, f.message):
		return f.description
	case f.description == "" || strings.Contains(f.message, f.description):
		return f.message
	}
	return f.message + ": " + f.description
}

func parseFault(body []byte) fault {
	m, n := readMembers(body)
	return faultOf(m, n, body)
}

// faultOf finds the fault in a body whose members are read already.
func faultOf(m members, n notation, body []byte) fault {
	switch n {
	case isJSON:
		return jsonFault(m)
	case isXML:
		return xmlFault(m)
	case isOther:
		// The newest gateways say in plain text that they know no such API.
		if s := text.Words(string(unmark(body[:min(len(body), rawLimit)])), wordsLimit); noSuchAPI(s) {
			return fault{description: s, gateway: true}
		}
	}
	return fault{}
}

// noSuchAPI says whether a text is the one with which a gateway answers when no API of its own is asked for.
func noSuchAPI(s string) bool {
	return strings.Contains(strings.ToLower(s), "no matching resource found")
}

func jsonFault(m members) fault {
	var f fault
	if o := m.object("fault"); o != nil {
		m, f.gateway = o, true
	}
	f.code = faultCode(m.text("code"))
	if m.has("error") && !f.known() { // an OAuth error, or the reason of another gateway
		return foreignFault(m)
	}
	f.say(m)
	f.gateway = f.gateway || f.known() || strings.EqualFold(m.str("type"), "status report") || noSuchAPI(f.description)
	return f
}

// foreignFault reads the words of a gateway or an API other than WSO2's, as Ory Oathkeeper, Kong,
// Apigee, Google and RFC 9457 write them. Its code is not one of WSO2's, and the shape is no proof
// that a gateway wrote it.
func foreignFault(m members) (f fault) {
	switch v := m["error"].(type) {
	case map[string]any:
		f.say(v)
	case string:
		f.message, f.description = text.Words(v, rawLimit), text.Words(m.text("error_description", "message", "reason", "detail"), rawLimit)
	}
	return f
}

// say takes the words of a fault from its members. The type stands in for a message that is
// missing, but for the "Status report" of every WSO2 fault.
func (f *fault) say(m members) {
	f.message = text.Words(m.text("message", "error_message", "faultstring", "title"), rawLimit)
	f.description = text.Words(m.text("description", "error_description", "reason", "detail", "details"), rawLimit)
	f.next = text.Words(m.text("nextAccessTime", "next_access_time"), 100)
	if detail := m.object("detail"); f.description == "" && detail != nil {
		f.description = text.Words(detail.text("description", "reason", "errorcode"), rawLimit)
	}
	if kind := m.text("type", "errorType", "status"); f.message == "" && !strings.EqualFold(kind, "status report") && kind != "about:blank" && !isDigits(kind) {
		f.message = text.Words(kind, rawLimit)
	}
}

func xmlFault(m members) fault {
	space, ok := m[xmlSpace].(string)
	if !ok {
		return fault{}
	}
	f := fault{
		code:        faultCode(m.str("code")),
		message:     text.Words(m.str("message", "faultstring", "Text", "Reason", "title"), rawLimit),
		description: text.Words(m.str("description", "detail", "Detail"), rawLimit),
		next:        text.Words(m.str("nextAccessTime"), 100),
		gateway:     strings.Contains(space, "wso2.org/apimanager"),
	}
	if kind := m.str("type"); f.message == "" && !strings.EqualFold(kind, "status report") {
		f.message = text.Words(kind, rawLimit)
	}
	// To callers of a SOAP API a gateway says only this.
	f.gateway = f.gateway || f.known() || strings.EqualFold(f.message, "authentication failure")
	return f
}

// faultCode reads a code that is a plain number, and 0 for any other.
func faultCode(s string) int {
	s = strings.TrimSpace(s)
	if len(s) == 0 || len(s) > 9 {
		return 0
	}
	n := 0
	for _, r := range s {
		if r < '0' || r > '9' {
			return 0
		}
		n = n*10 + int(r-'0')
	}
	return n
}
