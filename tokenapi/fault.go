package tokenapi

import (
	"strings"

	"lanyard/text"
)

// fault is an error of a gateway or an API. WSO2's gateways write it in seven shapes.
type fault struct {
	code                 int
	message, description string
	next                 string // nextAccessTime of a throttled call, as received
	gateway              bool   // the shape proves that a gateway wrote it
}

// known reports whether the code is one of a WSO2 gateway: 900xxx (security, throttling), 700700
// (blocked), 10xxxx and 303001 (transport).
//
// Any other code is an API's own, or repeats the HTTP status, as the 404 of a gateway without such
// an API does.
func (f fault) known() bool {
	c := f.code
	return c >= 900000 && c <= 900999 || c >= 700700 && c <= 700799 || c >= 101000 && c <= 101999 ||
		c >= 303000 && c <= 303999
}

// words returns message and description on one line, without repetition.
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

// faultOf finds the fault in a body whose members have been read.
func faultOf(m members, n notation, body []byte) fault {
	switch n {
	case isJSON:
		return jsonFault(m)
	case isXML:
		return xmlFault(m)
	case isOther:
		// WSO2 4.x gateways say in plain text that there is no such API.
		start := string(toUTF8(body[:min(len(body), rawLimit)]))
		if s := text.Words(start, wordsLimit); noSuchAPI(s) {
			return fault{description: s, gateway: true}
		}
	}
	return fault{}
}

// noSuchAPI reports whether a text is a WSO2 gateway's answer to a request for an API that it does
// not have.
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
	f.readTexts(m)
	f.gateway = f.gateway || f.known() || strings.EqualFold(m.str("type"), "status report") ||
		noSuchAPI(f.description)
	return f
}

// foreignFault reads the error text of other gateways and APIs: Ory Oathkeeper, Kong, Apigee,
// Google and RFC 9457. It sets no code, and does not prove that a gateway wrote it.
func foreignFault(m members) (f fault) {
	switch v := m["error"].(type) {
	case map[string]any:
		f.readTexts(v)
	case string:
		f.message = text.Words(v, rawLimit)
		f.description = text.Words(
			m.text("error_description", "message", "reason", "detail"), rawLimit)
	}
	return f
}

// readTexts fills in the text of a fault from its members. The type replaces a missing message,
// except for the "Status report" of every WSO2 fault.
func (f *fault) readTexts(m members) {
	f.message = text.Words(m.text("message", "error_message", "faultstring", "title"), rawLimit)
	f.description = text.Words(
		m.text("description", "error_description", "reason", "detail", "details"), rawLimit)
	f.next = text.Words(m.text("nextAccessTime", "next_access_time"), 100)
	if detail := m.object("detail"); f.description == "" && detail != nil {
		f.description = text.Words(detail.text("description", "reason", "errorcode"), rawLimit)
	}
	if kind := m.text("type", "errorType", "status"); f.message == "" &&
		!strings.EqualFold(kind, "status report") && kind != "about:blank" && !isDigits(kind) {
		f.message = text.Words(kind, rawLimit)
	}
}

func xmlFault(m members) fault {
	space, ok := m[xmlSpace].(string)
	if !ok {
		return fault{}
	}
	f := fault{
		code: faultCode(m.str("code")),
		message: text.Words(m.str("message", "faultstring", "Text", "Reason", "title"),
			rawLimit),
		description: text.Words(m.str("description", "detail", "Detail"), rawLimit),
		next:        text.Words(m.str("nextAccessTime"), 100),
		gateway:     strings.Contains(space, "wso2.org/apimanager"),
	}
	if kind := m.str("type"); f.message == "" && !strings.EqualFold(kind, "status report") {
		f.message = text.Words(kind, rawLimit)
	}
	// A gateway sends callers of a SOAP API no more than this message.
	f.gateway = f.gateway || f.known() || strings.EqualFold(f.message, "authentication failure")
	return f
}

// faultCode reads a code that is a plain number of at most 9 digits. It returns 0 for any other.
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
