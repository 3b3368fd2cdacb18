package tokenapi

import (
	"net/http"
	"strings"
)

// fault is an error of a WSO2 gateway, in one of the seven shapes it comes in.
type fault struct {
	code                 int
	message, description string
	gateway              bool // the shape alone says that a gateway wrote it
}

// ParseFault finds the gateway fault in an answer: XML of any namespace, JSON wrapped or flat with the
// code as number or string, error_message, SOAP. The code is 0 when there is none; the texts are cleaned.
func ParseFault(_ http.Header, body []byte) (code int, message, description string) {
	f := parseFault(body)
	return f.code, f.message, f.description
}

// known says whether the code is one of a gateway. An API has codes of its own; those of the gateway
// are 900xxx (security, throttling), 700700 (blocked) and 10xxxx and 303001 (transport).
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
	switch n {
	case isJSON:
		return jsonFault(m)
	case isXML:
		return xmlFault(m)
	}
	return fault{}
}

func jsonFault(m members) fault {
	var f fault
	if o := m.object("fault"); o != nil {
		m, f.gateway = o, true
	}
	message := m.text("message", "error_message", "faultstring")
	description := m.text("description", "error_description")
	if m.has("error") { // an OAuth error, whatever else it says
		return fault{}
	}
	f.code = faultCode(m.text("code"))
	if f.code == 0 && !f.gateway {
		return fault{}
	}
	if strings.EqualFold(m.str("type"), "status report") || strings.Contains(description, "No matching resource found") {
		f.gateway = true
	}
	f.message, f.description = clean(message, rawLimit), clean(description, rawLimit)
	f.gateway = f.gateway || f.known()
	return f
}

func xmlFault(m members) fault {
	space, ok := m[xmlSpace].(string)
	if !ok {
		return fault{}
	}
	f := fault{
		code:        faultCode(m.str("code")),
		message:     m.str("message", "faultstring", "Text", "Reason"),
		description: m.str("description", "detail", "Detail"),
		gateway:     strings.Contains(space, "wso2.org/apimanager"),
	}
	f.message, f.description = clean(f.message, rawLimit), clean(f.description, rawLimit)
	f.gateway = f.gateway || f.known()
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
