package sandbox

import (
	"maps"
	"net/http"
	"slices"
	"strings"
)

// serveSettings serves the settings of the portal, without authentication.
func (s *Server) serveSettings(w http.ResponseWriter, r *http.Request) {
	base := s.base(r)
	writeJSON(w, http.StatusOK, map[string]any{
		"grantTypes":                portalGrants(),
		"scopes":                    portalScopes(),
		"apiGatewayEndpoint":        base + "," + base,
		"applicationSharingEnabled": false, "mapExistingAuthApps": false,
		"monetizationEnabled": false, "IsUnlimitedTierPaid": false,
	})
}

func portalGrants() []string { return slices.Sorted(maps.Keys(wireGrants())) }

func portalScopes() []string {
	return []string{
		"apim:subscribe", "apim:app_manage", "apim:sub_manage", "apim:api_key",
		"apim:store_settings", "openid",
	}
}

// applicationInfo is an application. Only an answer about a single one has Keys.
type applicationInfo struct {
	ID                string            `json:"applicationId"`
	Name              string            `json:"name"`
	ThrottlingPolicy  string            `json:"throttlingPolicy"`
	Description       string            `json:"description"`
	TokenType         string            `json:"tokenType,omitempty"`
	Status            string            `json:"status"`
	Groups            []string          `json:"groups"`
	SubscriptionCount int               `json:"subscriptionCount"`
	Keys              []applicationKey  `json:"keys,omitempty"`
	Attributes        map[string]string `json:"attributes"`
	Owner             string            `json:"owner"`
	HashEnabled       *bool             `json:"hashEnabled,omitempty"`
}

func (s *Server) info(a *portalApp) applicationInfo {
	i := applicationInfo{
		ID: a.id, Name: a.name, ThrottlingPolicy: "Unlimited", Status: "APPROVED",
		Groups: []string{}, Attributes: map[string]string{}, Owner: portalID,
	}
	for _, api := range apis() {
		if a.subscription(api.name) != "" {
			i.SubscriptionCount++
		}
	}
	return i
}

func (s *Server) listApplications(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	query := r.URL.Query()
	all := []applicationInfo{}
	for _, a := range s.portal.apps {
		if name := query.Get("query"); name == "" || name == a.name { // an exact name
			all = append(all, s.info(a))
		}
	}
	writeJSON(w, http.StatusOK, paged(all, "/applications", query))
}

// appOf returns an application, or writes a 404. The caller holds the mutex.
func (s *Server) appOf(w http.ResponseWriter, id string) *portalApp {
	i := slices.IndexFunc(s.portal.apps, func(a *portalApp) bool { return a.id == id })
	if i < 0 {
		refusePortal(w, http.StatusNotFound, "Not Found", "Application not found")
		return nil
	}
	return s.portal.apps[i]
}

func (s *Server) showApplication(w http.ResponseWriter, id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.appOf(w, id)
	if a == nil {
		return
	}
	i := s.info(a)
	i.TokenType, i.HashEnabled = "OAUTH", &s.set.hashed
	if s.set.regime.jwt {
		i.TokenType = "JWT"
	}
	for _, c := range a.keys {
		i.Keys = append(i.Keys, s.key(a, c, false))
	}
	writeJSON(w, http.StatusOK, i)
}

func (s *Server) listKeys(w http.ResponseWriter, id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.appOf(w, id)
	if a == nil {
		return
	}
	keys := []applicationKey{}
	for _, c := range a.keys {
		keys = append(keys, s.key(a, c, false))
	}
	writeJSON(w, http.StatusOK, list{Count: len(keys), List: keys})
}

// subscription is an application's subscription to an API.
type subscription struct {
	ID               string          `json:"subscriptionId"`
	ApplicationID    string          `json:"applicationId"`
	APIID            string          `json:"apiId"`
	API              apiInfo         `json:"apiInfo"`
	Application      applicationInfo `json:"applicationInfo"`
	ThrottlingPolicy string          `json:"throttlingPolicy"`
	RequestedPolicy  string          `json:"requestedThrottlingPolicy"`
	Status           string          `json:"status"`
	Redirection      *string         `json:"redirectionParams"`
}

type apiInfo struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	Context   string `json:"context"`
	Version   string `json:"version"`
	Type      string `json:"type"`
	Provider  string `json:"provider"`
	LifeCycle string `json:"lifeCycleStatus"`
}

// listSubscriptions lists the subscriptions of applicationId or to apiId. One of them is required.
func (s *Server) listSubscriptions(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	app, api := query.Get("applicationId"), query.Get("apiId")
	if app == "" && api == "" {
		refusePortal(w, http.StatusBadRequest, "Bad Request",
			"Either applicationId or apiId should be provided")
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	all := []subscription{}
	for _, a := range s.portal.apps {
		for _, to := range apis() {
			id := deriveID(s.set.seed, "api "+to.name)
			status := a.subscription(to.name)
			if status == "" || app != "" && app != a.id || api != "" && api != id {
				continue
			}
			all = append(all, subscription{
				ID: deriveID(s.set.seed, "subscription of "+a.id+" to "+id), ApplicationID: a.id,
				APIID: id,
				API: apiInfo{
					id, to.name, strings.TrimSuffix(to.context, "/1.0.0"), "1.0.0",
					"HTTP", portalID, "PUBLISHED",
				},
				Application: s.info(a), ThrottlingPolicy: "Unlimited", RequestedPolicy: "Unlimited",
				Status: status,
			})
		}
	}
	if app != "" && len(all) == 0 && s.appOf(w, app) == nil {
		return
	}
	writeJSON(w, http.StatusOK, paged(all, "/subscriptions", query))
}

// listKeyManagers lists the only key manager.
func (s *Server) listKeyManagers(w http.ResponseWriter, r *http.Request) {
	base := s.base(r)
	kind := "default"
	if s.set.regime.profile == ProfileIntrospecting {
		kind = "WSO2-IS"
	}
	writeJSON(w, http.StatusOK, list{
		Count: 1, List: []map[string]any{{
			"id": deriveID(s.set.seed, "key manager"), "name": "Resident Key Manager", "type": kind,
			"displayName": "Resident Key Manager", "description": "This is Resident Key Manager",
			"enabled": true, "tokenEndpoint": base + issuerPath,
			"revokeEndpoint":   base + "/oauth2/revoke",
			"userInfoEndpoint": base + "/oauth2/userinfo", "availableGrantTypes": portalGrants(),
			"enableTokenGeneration": true, "enableTokenEncryption": false,
			"enableTokenHashing": s.set.hashed, "enableOAuthAppCreation": true,
			"enableMapOAuthConsumerApps": false, "applicationConfiguration": []any{},
			"alias": base + issuerPath, "additionalProperties": map[string]any{},
			"tokenType": "DIRECT",
		}},
	})
}
