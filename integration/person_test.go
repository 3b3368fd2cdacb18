package integration

import (
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// person is a user of a browser. It follows redirects, keeps cookies, and submits the forms of the
// authorization server until there are no more.
type person struct {
	t       *testing.T
	browser *http.Client
	answers map[string]string // for empty fields, by name
	refuses bool              // refuses to sign in
}

func newPerson(t *testing.T) *person {
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &person{
		t:       t,
		browser: &http.Client{Jar: jar, Timeout: patience},
		answers: map[string]string{"login": "ana", "password": "ana"},
	}
}

// opens opens a page, submits its form and those that follow, and returns the text of the last
// page.
func (p *person) opens(page string) string {
	p.t.Helper()
	res, err := p.browser.Get(page)
	for range 20 {
		if err != nil {
			p.t.Fatal(err)
		}
		body, readErr := io.ReadAll(res.Body)
		res.Body.Close()
		if readErr != nil {
			p.t.Fatal(readErr)
		}
		text := string(body)
		if cancel := cancelLink.FindStringSubmatch(text); cancel != nil && p.refuses {
			if res, err = p.browser.Get(html.UnescapeString(cancel[1])); err != nil {
				p.t.Fatal(err)
			}
			res.Body.Close()
			return "" // some pages ask again then
		}
		action, fields, ok := p.form(text)
		if !ok {
			return text
		}
		res, err = p.browser.PostForm(action, fields)
	}
	p.t.Fatal("the pages never end")
	return ""
}

var (
	formTag    = regexp.MustCompile(`(?s)<form\b([^>]*)>(.*?)</form>`)
	inputTag   = regexp.MustCompile(`(?s)<input\b([^>]*)>`)
	attribute  = regexp.MustCompile(`([a-z-]+)="([^"]*)"`)
	cancelLink = regexp.MustCompile(`href="([^"]*/abort)"`)
)

// form fills in the first form of a page.
func (p *person) form(page string) (action string, fields url.Values, ok bool) {
	found := formTag.FindStringSubmatch(page)
	if found == nil {
		return "", nil, false
	}
	fields = url.Values{}
	for _, input := range inputTag.FindAllStringSubmatch(found[2], -1) {
		has := attributes(input[1])
		value, given := has["value"]
		if !given {
			value = p.answers[has["name"]]
		}
		fields.Set(has["name"], value)
	}
	return attributes(found[1])["action"], fields, true
}

func attributes(tag string) map[string]string {
	all := map[string]string{}
	for _, a := range attribute.FindAllStringSubmatch(tag, -1) {
		all[strings.ToLower(a[1])] = html.UnescapeString(a[2])
	}
	return all
}
