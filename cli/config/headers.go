package config

import (
	"strconv"
	"strings"

	"lanyard/console"
	"lanyard/text"
	"lanyard/tokenapi"
)

// headers reads a table of HTTP headers. It returns their sorted names and the references of their
// values.
func (s section) headers(key string,
	kindOf func(name string) console.SecretKind) ([]string, map[console.SecretKind]SecretRef) {
	values, _ := s.values[key].(map[string]any)
	in := section{
		r: s.r, path: text.Path(s.path, key), label: s.label + key + ".", values: values,
		keys: map[string]kind{},
	}
	for name := range values {
		in.keys[name] = secretRef
	}
	names := knownNames(in.keys)
	if len(names) == 0 {
		return nil, nil
	}
	refs, seen := map[console.SecretKind]SecretRef{}, map[string]string{}
	for _, name := range names {
		at := in.spot(name).Key
		if why := tokenapi.FieldNameProblem(name, key == "probe_headers"); why != "" {
			s.r.problem(at, in.label+text.Key(name), why, "")
			continue
		}
		if other, twice := seen[strings.ToLower(name)]; twice {
			s.r.problem(at, in.label+text.Key(name),
				"is given twice: HTTP does not distinguish it from "+other, "")
			continue
		}
		seen[strings.ToLower(name)] = name
		ref := in.ref(name)
		refs[kindOf(name)] = ref
		if why := tokenapi.FieldValueProblem(ref.Literal); why != "" {
			in.bad(name, why, "")
		}
	}
	in.check()
	return names, refs
}

// probeMethod reads the HTTP method of probes.
func (s section) probeMethod() string {
	method := s.text("probe_method", "")
	if method == "" {
		return ""
	}
	if why := tokenapi.MethodProblem(method); why != "" {
		hint := ""
		if up := strings.ToUpper(method); up != method && tokenapi.MethodProblem(up) == "" {
			hint = "did you mean " + strconv.Quote(up) + "?"
		}
		s.bad("probe_method", why, hint)
	}
	return method
}

// keepHeaders stores the references of header values, and warns of credentials that are literals.
func (s section) keepHeaders(a console.Application, key string,
	refs map[console.SecretKind]SecretRef, env environment) {
	in := section{r: s.r, path: text.Path(s.path, key), label: s.label + key + "."}
	for kind, ref := range refs {
		s.r.cfg.Secrets[SecretName{a.ConfigID, kind}] = ref
		name := strings.TrimPrefix(string(kind), key+".")
		if field := (tokenapi.Field{Name: name, Value: ref.Literal}); !ref.Literal.IsZero() &&
			field.LooksSecret() {
			in.warn(console.SecretKind(name), ref, env, false)
		}
	}
}
