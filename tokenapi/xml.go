package tokenapi

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
)

// xmlSpace is the member in which readXML puts the namespace of the innermost fault. No XML name
// equals it.
const xmlSpace = " namespace"

// xmlPart is an element of a body, with the text from from up to to.
type xmlPart struct {
	name     string
	from, to int
}

// readXML reads the text of every element, by local name; the first element of a name counts. An
// element with children has all their text. Namespaces differ between versions and are ignored.
// Every text is a part of one string, so that nesting cannot multiply the size of a body.
func readXML(body []byte) members {
	d := xml.NewDecoder(bytes.NewReader(body))
	d.CharsetReader = func(charset string, in io.Reader) (io.Reader, error) {
		switch strings.ToLower(charset) {
		case "iso-8859-1", "latin1", "windows-1252", "us-ascii":
			return latin1{in}, nil
		}
		return in, nil
	}
	var (
		text  strings.Builder
		stack []xmlPart
		parts []xmlPart
		space string
		fault bool
	)
	for range 10_000 {
		tok, err := d.Token()
		if err != nil {
			if !errors.Is(err, io.EOF) || len(stack) > 0 || len(parts) == 0 {
				return nil
			}
			m := xmlMembers(text.String(), parts)
			if fault {
				m[xmlSpace] = space
			}
			return m
		}
		switch t := tok.(type) {
		case xml.StartElement:
			if len(stack) > 32 {
				return nil
			}
			if strings.EqualFold(t.Name.Local, "fault") {
				space, fault = t.Name.Space, true
			}
			stack = append(stack, xmlPart{name: t.Name.Local, from: text.Len()})
		case xml.CharData:
			if len(stack) > 0 {
				text.Write(t)
			}
		case xml.EndElement:
			last := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			last.to = text.Len()
			parts = append(parts, last)
		}
	}
	return nil
}

// xmlMembers returns the text of each element by its name. The last part is the root.
func xmlMembers(all string, parts []xmlPart) members {
	m := members{}
	if len(parts) > 1 {
		parts = parts[:len(parts)-1] // the root: all the text once more
	}
	for _, p := range parts {
		if _, have := m[p.name]; !have {
			m[p.name] = strings.TrimSpace(all[p.from:p.to])
		}
	}
	return m
}
