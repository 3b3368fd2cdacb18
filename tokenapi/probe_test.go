package tokenapi_test

import (
	"net/http"
	"testing"

	"lanyard/tokenapi"
)

func TestClassifyProbe(t *testing.T) {
	const invalid = `OAuth2 realm="WSO2 API Manager" error="invalid_token", error_description="The provided token is invalid"`
	flat := func(code string) string { return `{"code":"` + code + `","message":"m","description":"d"}` }
	for _, c := range []struct {
		status    int
		challenge string
		body      string
		want      tokenapi.Verdict
		code      int
	}{
		{200, "", "", tokenapi.Accepted, 0},
		{204, "", "", tokenapi.Accepted, 0},
		{200, "", flat("900901"), tokenapi.Accepted, 0},
		{302, "", "", tokenapi.Accepted, 0},
		{404, "", `{"error":"no such order"}`, tokenapi.Accepted, 0},
		{404, "", `{"code":404,"message":"no such order"}`, tokenapi.Accepted, 0},
		{403, "", "", tokenapi.Accepted, 0},
		{500, "", "<html>", tokenapi.Accepted, 0},
		{501, "", "", tokenapi.Accepted, 0},
		{401, "", flat("900901"), tokenapi.Refused, 900901},
		{401, "", flat("900903"), tokenapi.Refused, 900903},
		{401, "", `<ams:fault xmlns:ams="http://wso2.org/apimanager/security"><ams:code>900904</ams:code></ams:fault>`, tokenapi.Refused, 900904},
		{401, "", `{"fault":{"code":900901}}`, tokenapi.Refused, 900901},
		{401, "", `{"error_message":"m","code":"900901","error_description":"d"}`, tokenapi.Refused, 900901},
		{401, invalid, "", tokenapi.Refused, 0},
		{401, "", "", tokenapi.Refused, 0},
		{401, "Basic", "<html>", tokenapi.Refused, 0},
		{401, "", `{"code":401,"message":"m"}`, tokenapi.Refused, 0},
		{401, invalid, flat("900902"), tokenapi.Unclear, 900902},
		{401, invalid, flat("900905"), tokenapi.Unclear, 900905},
		{401, invalid, flat("900907"), tokenapi.Unclear, 900907},
		{401, invalid, flat("900909"), tokenapi.Unclear, 900909},
		{401, invalid, flat("900912"), tokenapi.Unclear, 900912},
		{403, "", flat("900901"), tokenapi.Unclear, 900901},
		{403, "", flat("900908"), tokenapi.Unclear, 900908},
		{403, "", flat("900910"), tokenapi.Unclear, 900910},
		{404, "", `{"code":"404","type":"Status report","message":"Not Found","description":"x"}`, tokenapi.Unclear, 404},
		{500, "", flat("900900"), tokenapi.Unclear, 900900},
		{500, "", flat("101503"), tokenapi.Unclear, 101503},
		{503, "", flat("700700"), tokenapi.Unclear, 700700},
		{429, "", "", tokenapi.Unclear, 0},
		{429, "", flat("900802"), tokenapi.Unclear, 900802},
		{407, "", "", tokenapi.Unclear, 0},
		{502, "", "", tokenapi.Unclear, 0},
		{503, "", "", tokenapi.Unclear, 0},
		{504, "", "", tokenapi.Unclear, 0},
		{511, "", "<html>", tokenapi.Unclear, 0},
	} {
		h := http.Header{}
		if c.challenge != "" {
			h.Set("WWW-Authenticate", c.challenge)
		}
		if v, code, _ := tokenapi.ClassifyProbe(c.status, h, []byte(c.body)); v != c.want || code != c.code {
			t.Errorf("%d %s %s: %s %d, want %s %d", c.status, c.challenge, c.body, v, code, c.want, c.code)
		}
	}
	if _, _, m := tokenapi.ClassifyProbe(401, http.Header{"Www-Authenticate": {invalid}}, nil); m != "The provided token is invalid" {
		t.Errorf("message %q", m)
	}
}
