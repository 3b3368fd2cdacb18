package paste

import (
	"slices"
	"strings"
)

// shortOptions returns the names of the options of curl that have a letter.
func shortOptions() map[byte]string {
	return map[byte]string{
		'#': "progress-bar", '0': "http1.0", '1': "tlsv1", '2': "sslv2", '3': "sslv3",
		'4': "ipv4", '6': "ipv6", ':': "next", 'a': "append", 'A': "user-agent", 'b': "cookie",
		'B': "use-ascii", 'c': "cookie-jar", 'C': "continue-at", 'd': "data", 'D': "dump-header",
		'e': "referer", 'E': "cert", 'f': "fail", 'F': "form", 'g': "globoff", 'G': "get",
		'h': "help", 'H': "header", 'i': "include", 'I': "head", 'j': "junk-session-cookies",
		'J': "remote-header-name", 'k': "insecure", 'K': "config", 'l': "list-only",
		'L': "location", 'm': "max-time", 'M': "manual", 'n': "netrc", 'N': "no-buffer",
		'o': "output", 'O': "remote-name", 'p': "proxytunnel", 'P': "ftp-port", 'q': "disable",
		'Q': "quote", 'r': "range", 'R': "remote-time", 's': "silent", 'S': "show-error",
		't': "telnet-option", 'T': "upload-file", 'u': "user", 'U': "proxy-user", 'v': "verbose",
		'V': "version", 'w': "write-out", 'x': "proxy", 'X': "request", 'y': "speed-time",
		'Y': "speed-limit", 'z': "time-cond", 'Z': "parallel",
	}
}

// valueOptions returns the options of curl 8 that take a value.
func valueOptions() []string {
	return strings.Fields(`
		abstract-unix-socket alt-svc aws-sigv4 cacert capath cert cert-type ciphers config
		connect-timeout connect-to continue-at cookie cookie-jar create-file-mode crlfile curves
		data data-ascii data-binary data-raw data-urlencode delegation dns-interface dns-ipv4-addr
		dns-ipv6-addr dns-servers doh-url dump-header ech egd-file engine etag-compare etag-save
		expect100-timeout form form-string ftp-account ftp-alternative-to-user ftp-method ftp-port
		ftp-ssl-ccc-mode happy-eyeballs-timeout-ms haproxy-clientip header hostpubmd5
		hostpubsha256 hsts interface ip-tos ipfs-gateway json keepalive-cnt keepalive-time key
		key-type knownhosts krb libcurl limit-rate local-port login-options mail-auth mail-from
		mail-rcpt max-filesize max-redirs max-time netrc-file noproxy oauth2-bearer output
		output-dir parallel-max parallel-max-host pass pinnedpubkey preproxy proto proto-default
		proto-redir proxy proxy-cacert proxy-capath proxy-cert proxy-cert-type proxy-ciphers
		proxy-crlfile proxy-header proxy-key proxy-key-type proxy-pass proxy-pinnedpubkey
		proxy-service-name proxy-tls13-ciphers proxy-tlsauthtype proxy-tlspassword proxy-tlsuser
		proxy-user proxy1.0 pubkey quote random-file range rate referer request request-target
		resolve retry retry-delay retry-max-time sasl-authzid service-name sigalgs socks4 socks4a
		socks5 socks5-gssapi-service socks5-hostname speed-limit speed-time stderr telnet-option
		tftp-blksize time-cond tls-max tls13-ciphers tlsauthtype tlspassword tlsuser trace
		trace-ascii trace-config unix-socket upload-file upload-flags url url-query user
		user-agent variable vlan-priority write-out`)
}

// quietOptions returns the options that do not change the request. No note names them.
func quietOptions() []string {
	return strings.Fields(`
		basic buffer clobber compressed connect-timeout create-dirs disable dump-header
		expect100-timeout fail fail-early fail-with-body get globoff happy-eyeballs-timeout-ms
		head http0.9 http1.0 http1.1 http2 http2-prior-knowledge http3 http3-only include ipv4
		ipv6 keepalive keepalive-time libcurl limit-rate location max-redirs max-time no-buffer
		no-clobber no-keepalive no-progress-meter no-sessionid no-alpn no-npn output output-dir
		parallel parallel-immediate path-as-is post301 post302 post303 progress-bar progress-meter
		proto proto-default proto-redir raw remote-header-name remote-name remote-name-all
		remote-time remove-on-error retry retry-all-errors retry-connrefused retry-delay
		retry-max-time show-error show-headers silent speed-limit speed-time stderr styled-output
		suppress-connect-headers tcp-fastopen tcp-nodelay tlsv1 tlsv1.0 tlsv1.1 tlsv1.2 tlsv1.3
		trace trace-ascii trace-config trace-ids trace-time use-ascii verbose write-out xattr`)
}

// otherOptions returns the other options of curl: they take no value, and change the request.
func otherOptions() []string {
	return strings.Fields(`
		anyauth append ca-native cert-status compressed-ssh crlf digest disable-eprt disable-epsv
		disallow-username-in-url doh-cert-status doh-insecure dump-ca-embed false-start follow
		form-escape ftp-create-dirs ftp-pasv ftp-pret ftp-skip-pasv-ip ftp-ssl-ccc ftp-ssl-control
		haproxy-protocol help ignore-content-length insecure junk-session-cookies list-only
		location-trusted mail-rcpt-allowfails manual metalink mptcp negotiate netrc netrc-optional
		next ntlm ntlm-wb out-null proxy-anyauth proxy-basic proxy-ca-native proxy-digest
		proxy-http2 proxy-insecure proxy-negotiate proxy-ntlm proxy-ssl-allow-beast
		proxy-ssl-auto-client-cert proxy-tlsv1 proxytunnel sasl-ir skip-existing socks5-basic
		socks5-gssapi socks5-gssapi-nec ssl ssl-allow-beast ssl-auto-client-cert ssl-no-revoke
		ssl-reqd ssl-revoke-best-effort sslv2 sslv3 tftp-no-options tls-earlydata tr-encoding
		version`)
}

// longOption returns an option of curl by its name or, as curl does, by a unique beginning of it.
// ok is false if curl has no such option.
func longOption(name string) (full string, takes, ok bool) {
	var begun []string
	for _, all := range [][]string{valueOptions(), quietOptions(), otherOptions()} {
		for _, o := range all {
			if o == name {
				return o, slices.Contains(valueOptions(), o), true
			}
			if len(name) > 2 && strings.HasPrefix(o, name) {
				begun = append(begun, o)
			}
		}
	}
	if len(begun) == 1 {
		return begun[0], slices.Contains(valueOptions(), begun[0]), true
	}
	if positive, ok := strings.CutPrefix(name, "no-"); ok && len(begun) == 0 &&
		!slices.Contains(valueOptions(), positive) {
		full, takes, ok = longOption(positive)
		return full, false, ok && !takes
	}
	return name, false, false
}

// dashed replaces typographic dashes at the beginning of an option by hyphens.
func dashed(w string) string {
	rest := strings.TrimLeftFunc(w, isDash)
	dashes := w[:len(w)-len(rest)]
	if strings.Trim(dashes, "-") == "" || rest == "" {
		return w
	}
	name, _, _ := strings.Cut(rest, "=")
	if _, _, ok := longOption(name); ok && len(name) > 1 {
		return "--" + rest
	}
	return "-" + rest
}
