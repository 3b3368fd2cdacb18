package cli

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"slices"
	"sync"
	"time"

	"lanyard/console"
	"lanyard/console/describe"
	"lanyard/text"
	"lanyard/tokenapi"
)

// reachPatience is the time that one server has to answer.
const reachPatience = 5 * time.Second

// checkProxies reports for each environment which proxy is used, and which setting chose it.
func (d *doctor) checkProxies() {
	for _, e := range d.envs {
		u, err := url.Parse(string(cmp.Or(e.Endpoints.TokenURL, e.Issuer)))
		if err != nil || u.Host == "" {
			continue
		}
		via, err := d.p.proxies(e).Choose(u)
		switch {
		case err != nil:
			d.failErr("proxy", string(e.Name)+": ", "it looks like http://proxy.example:3128", err)
		case via.URL != nil:
			whose := ""
			if via.URL.User != nil {
				whose = ", with a user name"
			}
			d.ok("proxy", "%s: through %s (%s%s)", e.Name, via, via.By, whose)
		case e.Proxy == "" && console.Loopback(u.Hostname()):
			d.ok("proxy", "%s: direct, it is this machine", e.Name)
		case via.By != "":
			d.ok("proxy",
				"%s: direct, because NO_PROXY excepts %s from the %s", e.Name, u.Hostname(), via.By)
		default:
			d.ok("proxy", "%s: direct", e.Name)
		}
	}
}

// checkServers sends a request to every server, concurrently.
func (d *doctor) checkServers(ctx context.Context) {
	if d.offline {
		d.ok("reach", "no server was asked (--offline)")
		for _, e := range d.envs {
			d.checkTrust(e)
		}
		return
	}
	each := make([]*doctor, len(d.envs))
	clocks := make([]skews, len(d.envs))
	var all sync.WaitGroup
	for i, e := range d.envs {
		each[i] = &doctor{p: d.p, paths: d.paths, cfg: d.cfg}
		all.Go(func() { clocks[i] = each[i].checkServer(ctx, e) })
	}
	all.Wait()
	hosts := skews{}
	for i, one := range each {
		d.found = append(d.found, one.found...)
		d.silent = append(d.silent, one.silent...)
		for host, off := range clocks[i] {
			hosts[host] = off
		}
	}
	d.checkClocks(hosts)
	d.checkProbes(ctx)
}

// skews maps a host to the time by which its clock is ahead of ours.
type skews map[string]time.Duration

func (d *doctor) checkClocks(hosts skews) {
	right := 0
	var names []string
	for host := range hosts {
		names = append(names, host)
	}
	slices.Sort(names)
	for _, host := range names {
		off, word := hosts[host], "behind"
		if !console.ClockOff(off) {
			right++
			continue
		}
		if off < 0 {
			word = "ahead of"
		}
		d.warn("clock", setClock+"; if it is right, the server's is wrong: tell its operator. "+
			"Lifetimes count from the receipt of an answer, so countdowns are right either way",
			"the clock of this machine is %s %s that of %s", console.Left(off.Abs()), word, host)
	}
	if right > 0 {
		d.ok("clock", "agrees with that of %s", text.Count(right, "server"))
	}
}

// checkTrust warns of an environment that skips certificate checks or allows plain http.
func (d *doctor) checkTrust(e console.Environment) {
	if e.InsecureSkipVerify {
		d.warn("tls", "set ca_file to the certificate of the server's authority, and remove "+
			"insecure_skip_verify",
			"%s: certificates are not verified: anybody between here and the server can read "+
				"secrets", e.Name)
	}
	if e.AllowHTTP {
		d.warn("tls", "use https:// and remove allow_http",
			"%s: plain http is allowed: anybody between here and the server can read secrets",
			e.Name)
	}
}

// checkServer sends a request to each server of one environment.
func (d *doctor) checkServer(ctx context.Context, e console.Environment) skews {
	d.checkTrust(e)
	if e.Timeout == 0 || e.Timeout > reachPatience {
		e.Timeout = reachPatience
	}
	c, err := d.p.client(e, nil)
	if err != nil {
		d.warn("reach", "fix the problems of its files first", "%s: not tried", e.Name)
		return nil
	}
	defer c.Close()
	ends := e.Endpoints
	if e.Issuer != "" {
		ends = d.discover(ctx, c, e)
	}
	targets := d.targets(e, ends)
	type answer struct {
		tokenapi.Reached
		err error
	}
	answers := make([]answer, len(targets))
	var all sync.WaitGroup
	for i, t := range targets {
		if t.url != "" {
			all.Go(func() { answers[i].Reached, answers[i].err = c.Reach(ctx, t.key, t.url) })
		}
	}
	all.Wait()
	clocks, tlsChecked := skews{}, map[string]bool{}
	for i, t := range targets {
		host := hostOf(t.url)
		switch r := answers[i]; {
		case t.url == "" && e.Issuer == "":
			d.warn("reach", "set "+t.key+", or issuer, of the environment in "+d.paths.Config,
				"%s: there is no %s", e.Name, t.key)
		case t.url == "": // the issuer does not name it, or did not answer
		case r.err != nil:
			d.failReach(string(e.Name)+": "+t.key+" does not answer",
				"is "+t.key+" right, and the server running?", r.err)
			if t.key == "probe_url" {
				d.silent = append(d.silent, host)
			}
		default:
			d.reportReached(e, t.key, host, r.Reached)
			if r.HasSkew && t.key != "probe_url" {
				clocks[host] = r.Skew
			}
			if !tlsChecked[host] {
				tlsChecked[host] = true
				d.checkTLS(e, host, r.Reached)
			}
		}
	}
	return clocks
}

// target is a URL to reach, with its key in the configuration.
type target struct{ key, url string }

// targets returns the endpoints ends of e, and one probe URL for each host.
func (d *doctor) targets(e console.Environment, ends console.Endpoints) []target {
	all := []target{
		{"token_url", string(ends.TokenURL)},
		{"revoke_url", string(ends.RevokeURL)},
	}
	seen := map[string]bool{}
	for _, a := range d.cfg.Applications {
		u, err := url.Parse(string(a.ProbeURL))
		if err != nil || a.ProbeURL == "" || a.Environment.Name != e.Name || seen[u.Host] {
			continue
		}
		seen[u.Host] = true
		all = append(all, target{"probe_url", string(a.ProbeURL)})
	}
	return all
}

// reportReached reports an answer, and what suggests that the server is no Token API. A probe_url
// may answer anything.
func (d *doctor) reportReached(e console.Environment, key, host string, r tokenapi.Reached) {
	about := fmt.Sprintf("%s: %s at %s answers %d", e.Name, key, host, r.Status)
	switch {
	case r.Doubt != "" && (key != "probe_url" || r.Status >= 400):
		d.warn("reach", r.Hint, "%s: %s", about, r.Doubt)
	case key != "probe_url" && (r.Status == 404 || r.Status == 410):
		d.ok("reach", "%s: %s at %s answers (%d to HEAD, as a Token API may, and as a wrong "+
			"path does)", e.Name, key, host, r.Status)
	default:
		d.ok("reach", "%s: %s at %s answers (%d)", e.Name, key, host, r.Status)
	}
}

// checkProbes reports what each probe URL can prove. Without an open store it sends nothing,
// because the requests could not be counted and limited.
func (d *doctor) checkProbes(ctx context.Context) {
	type target struct {
		app console.Application
		is  console.ProbeURLCheck
		err error
	}
	var all []*target
	seen := map[string]bool{}
	for _, a := range d.cfg.Applications {
		wanted := slices.ContainsFunc(d.envs,
			func(e console.Environment) bool { return e.Name == a.Environment.Name })
		if d.open == nil || !wanted || a.ProbeURL == "" || a.Details.ProbeControlOff ||
			seen[string(a.ProbeURL)] {
			continue
		}
		seen[string(a.ProbeURL)] = true
		if e := &a.Environment; e.Timeout == 0 || e.Timeout > reachPatience {
			e.Timeout = reachPatience
		}
		all = append(all, &target{app: a})
	}
	var wait sync.WaitGroup
	for _, t := range all {
		wait.Go(func() { t.is, t.err = d.open.svc.CheckProbeURL(ctx, t.app) })
	}
	wait.Wait()
	for _, t := range all {
		words, hint := describe.ProbeURL(t.is, t.app.ProbeMethod())
		about := fmt.Sprintf("%s: probe_url at %s", t.app.Label(), hostOf(string(t.app.ProbeURL)))
		switch is := t.is; {
		case t.err != nil, is.Status == 0 && words == "": // checkServer reported it
			continue
		case slices.Contains(d.silent, hostOf(string(t.app.ProbeURL))): // so what is stored is old
			continue
		case is.Status == 0:
			about += " was not asked"
		case is.Kept.IsZero():
			about += fmt.Sprintf(" answers %d to a made-up token", is.Status)
		default:
			about += fmt.Sprintf(" answered %d to a made-up token (%s)", is.Status,
				console.Ago(d.p.clock().Sub(is.Kept)))
		}
		if words != "" {
			about += ": " + words
		}
		if hint == "" {
			d.ok("probe", "%s", about)
		} else {
			d.warn("probe", hint, "%s", about)
		}
	}
}

func (d *doctor) checkTLS(e console.Environment, host string, r tokenapi.Reached) {
	if r.TLS == "" {
		return // checkTrust reported allow_http; loopback needs no TLS
	}
	how := "verified"
	if !r.Verified {
		how = "not verified"
	}
	before := len(d.found)
	d.checkEnd("tls", string(e.Name)+": the certificate of "+host,
		"tell whoever runs the server to renew it", r.ValidUntil)
	if len(d.found) == before {
		d.ok("tls", "%s: %s with %s, certificate %s and good until %s", e.Name, r.TLS, host, how,
			r.ValidUntil.UTC().Format(time.DateOnly))
	}
}

// failReach is failErr for a server. what says what it does not do.
func (d *doctor) failReach(what, fix string, err error) {
	d.fail("reach", cmp.Or(explain(err).Hint, fix), "%s (%s)", what, console.Reason(err))
}

// discover returns the endpoints of an environment, the missing ones from its issuer's metadata.
func (d *doctor) discover(ctx context.Context, c *tokenapi.Client,
	e console.Environment) console.Endpoints {
	metadata, _, err := c.Discover(ctx, string(e.Issuer))
	if err != nil {
		d.failReach(string(e.Name)+": the issuer does not list its endpoints",
			"is the issuer right, and the server running?", err)
		return e.Endpoints
	}
	d.ok("reach", "%s: the issuer at %s lists its endpoints", e.Name, hostOf(string(e.Issuer)))
	ends, more := e.Endpoints, metadata.Endpoints
	if e.ClientAuth == tokenapi.AuthTLS {
		more = metadata.MTLS
	}
	ends.TokenURL = cmp.Or(ends.TokenURL, console.Private(more.TokenURL))
	ends.RevokeURL = cmp.Or(ends.RevokeURL, console.Private(more.RevokeURL))
	if ends.RevokeURL == "" {
		d.warn("reach", "set revoke_url of the environment in "+d.paths.Config,
			"%s: the issuer names no address for revocations", e.Name)
	}
	return ends
}

// hostOf returns host and port of a URL.
func hostOf(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return ""
	}
	return u.Host
}
