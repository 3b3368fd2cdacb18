package portal

import (
	"context"
	"fmt"
	"net/url"
	"strconv"

	"lanyard/tokenapi"
)

const (
	pageSize = 100
	mostPage = 200 // the limit of pages of one list, against an endless list
)

// Applications returns all applications of the user. After an error it returns what was read so
// far.
func (s *Session) Applications(ctx context.Context) ([]Application, []tokenapi.Exchange, error) {
	apps, all, err := allPages(ctx, s, opApplications, "/applications", decodeApplications,
		func(a Application) string { return a.ID })
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range apps {
		s.hashed[a.ID] = a.HashEnabled
	}
	return apps, all, err
}

// Subscriptions returns all subscriptions of an application.
func (s *Session) Subscriptions(ctx context.Context,
	appID string) ([]Subscription, []tokenapi.Exchange, error) {
	if appID == "" {
		return nil, nil, usage(opSubscriptions, "the application's ID is missing", "")
	}
	path := "/subscriptions?applicationId=" + url.QueryEscape(appID)
	return allPages(ctx, s, opSubscriptions, path, decodeSubscriptions,
		func(a Subscription) string { return a.ID + "\x00" + a.APIID })
}

// Keys returns the keys of an application, of both types and all key managers. If Applications
// reported HashEnabled for it, no secret is Available, because the portal then shows hashes.
func (s *Session) Keys(ctx context.Context, appID string) ([]Key, []tokenapi.Exchange, error) {
	path, e := applicationPath(opKeys, appID)
	if e != nil {
		return nil, nil, e
	}
	if s.version == "v1" {
		path += "/keys"
	} else {
		path += "/oauth-keys"
	}
	s.mu.Lock()
	hashed := s.hashed[appID]
	s.mu.Unlock()
	return onePage(ctx, s, opKeys, path,
		func(body []byte) ([]Key, bool) { return decodeKeys(body, hashed) })
}

// KeyManagers returns the servers that issue tokens. API Manager 3.0 and 3.1 (v1) have no such
// list: the result then is empty, without an error.
func (s *Session) KeyManagers(ctx context.Context) ([]KeyManager, []tokenapi.Exchange, error) {
	all, xs, err := onePage(ctx, s, opKeyManagers, "/key-managers", decodeKeyManagers)
	if e, ok := tokenapi.AsError(err); ok && e.Status == 404 && s.version == "v1" {
		return nil, xs, nil
	}
	return all, xs, err
}

// Settings returns the settings that the portal sent when the session began.
func (s *Session) Settings() Settings { return s.found }

// applicationPath returns the path of an application. It checks the ID, because a server sent it.
func applicationPath(op, id string) (string, *tokenapi.Error) {
	switch id {
	case "":
		return "", usage(op, "the application's ID is missing", "")
	case ".", "..":
		return "", usage(op, "this is no application's ID", "")
	}
	return "/applications/" + url.PathEscape(id), nil
}

// onePage reads an answer of one page.
func onePage[T any](ctx context.Context, s *Session, op, path string,
	decode func([]byte) (T, bool)) (T, []tokenapi.Exchange, error) {
	var none T
	r, x, err := s.get(ctx, op, s.root+path)
	xs := []tokenapi.Exchange{x}
	if err != nil {
		return none, xs, err
	}
	if e := refusal(op, r); e != nil {
		return none, xs, e
	}
	v, ok := decode(r.Body)
	if !ok {
		return none, xs, r.Unreadable(op, missing("list"))
	}
	return v, xs, nil
}

// allPages reads a list page by page, by number. It stops at the last page, at a page without new
// entries, and with an error after mostPage pages.
func allPages[T any](ctx context.Context, s *Session, op, path string,
	decode func([]byte) ([]T, object, bool), id func(T) string,
) (all []T, xs []tokenapi.Exchange, err error) {
	sep := "?"
	if u, perr := url.Parse(path); perr == nil && u.RawQuery != "" {
		sep = "&"
	}
	all = []T{}
	seen := map[string]bool{}
	offset := 0
	for range mostPage {
		r, x, err := s.get(ctx, op,
			s.root+path+sep+"limit="+strconv.Itoa(pageSize)+"&offset="+strconv.Itoa(offset))
		if xs = append(xs, x); err != nil {
			return all, xs, err
		}
		if e := refusal(op, r); e != nil {
			return all, xs, e
		}
		list, page, ok := decode(r.Body)
		if !ok {
			return all, xs, r.Unreadable(op, missing("list"))
		}
		fresh := 0
		for _, v := range list {
			if !seen[id(v)] {
				seen[id(v)] = true
				all = append(all, v)
				fresh++
			}
		}
		n := page.entries()
		if offset += n; fresh == 0 || page.last(offset, n) {
			return all, xs, nil
		}
	}
	return all, xs, &tokenapi.Error{
		Op: op, Kind: tokenapi.KindGarbled, Status: 200, Sent: true,
		Err: fmt.Errorf("the list does not end after %d pages", mostPage),
	}
}
