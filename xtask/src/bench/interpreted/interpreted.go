// Package interpreted is the peer of our guest: the routes of the benchmark as a plugin that Traefik interprets (Yaegi).
// It chooses the service and rewrites the path as our guest does, and leaves out everything that the benchmark does not ask for.
package interpreted

import (
	"context"
	"net/http"
	"strings"
)

const serviceHeader = "X-Smsvc-Service"

// Route is one route, with a parameter in at most one segment.
type Route struct {
	Path    string `json:"path"`
	Rewrite string `json:"rewrite"`
	Service string `json:"service"`
}

// Config is what the middleware is configured with.
type Config struct {
	Routes []Route `json:"routes"`
}

// CreateConfig gives an empty configuration.
func CreateConfig() *Config {
	return &Config{}
}

type rule struct {
	prefix, rewritten, service string
}

type middleware struct {
	next  http.Handler
	rules []rule
}

// New cuts the routes at their parameter once, so that a request only compares.
func New(_ context.Context, next http.Handler, config *Config, _ string) (http.Handler, error) {
	m := &middleware{next: next}
	for _, route := range config.Routes {
		prefix, _, _ := strings.Cut(route.Path, "{")
		rewritten, _, _ := strings.Cut(route.Rewrite, "{")
		m.rules = append(m.rules, rule{prefix, rewritten, route.Service})
	}
	return m, nil
}

func (m *middleware) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodGet {
		for _, rule := range m.rules {
			id, found := strings.CutPrefix(r.URL.Path, rule.prefix)
			if found && id != "" && !strings.Contains(id, "/") {
				r.Header.Set(serviceHeader, rule.service)
				r.URL.Path = rule.rewritten + id
				r.URL.RawPath = ""
				r.RequestURI = r.URL.RequestURI()
				m.next.ServeHTTP(w, r)
				return
			}
		}
	}
	r.Header.Del(serviceHeader)
	http.NotFound(w, r)
}
