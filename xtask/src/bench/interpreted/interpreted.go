// Package interpreted is the peer of our guest: the routes of the benchmark as a plugin that Traefik interprets (Yaegi). To
// every request on these routes it does what our guest does, with as little as that takes; the rest of the language is left out.
package interpreted

import (
	"context"
	"net/http"
	"net/url"
	"strings"
)

const serviceHeader = "X-Smsvc-Service"

// Route is one route, with a parameter in its last segment.
type Route struct {
	Path    string `json:"path"`
	Rewrite string `json:"rewrite"`
	Service string `json:"service"`
}

// Config is what the middleware is configured with.
type Config struct {
	Host   string  `json:"host"`
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
	host  string
	rules []rule
}

// New cuts the routes at their parameter once, so that a request only compares.
func New(_ context.Context, next http.Handler, config *Config, _ string) (http.Handler, error) {
	m := &middleware{next: next, host: config.Host}
	for _, route := range config.Routes {
		prefix, _, _ := strings.Cut(route.Path, "{")
		rewritten, _, _ := strings.Cut(route.Rewrite, "{")
		m.rules = append(m.rules, rule{prefix, rewritten, route.Service})
	}
	return m, nil
}

func (m *middleware) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path := r.URL.EscapedPath()
	if strings.ContainsAny(path, "%.") && leaves(path) {
		m.refuse(w, r, http.StatusBadRequest)
		return
	}
	host, _, _ := strings.Cut(r.Host, ":")
	if strings.EqualFold(strings.TrimSuffix(host, "."), m.host) {
		for _, rule := range m.rules {
			id, found := strings.CutPrefix(path, rule.prefix)
			if found && id != "" && !strings.Contains(id, "/") {
				m.take(w, r, rule, id)
				return
			}
		}
	}
	m.refuse(w, r, http.StatusNotFound)
}

func (m *middleware) take(w http.ResponseWriter, r *http.Request, rule rule, id string) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD, OPTIONS")
		if r.Method == http.MethodOptions {
			m.refuse(w, r, http.StatusNoContent)
		} else {
			m.refuse(w, r, http.StatusMethodNotAllowed)
		}
		return
	}
	target := rule.rewritten + id
	if r.URL.RawQuery != "" {
		target += "?" + r.URL.RawQuery
	}
	rewritten, err := url.ParseRequestURI(target)
	if err != nil {
		m.refuse(w, r, http.StatusBadRequest)
		return
	}
	r.Header.Set(serviceHeader, rule.service)
	r.URL = rewritten
	r.RequestURI = target
	m.next.ServeHTTP(w, r)
}

func (m *middleware) refuse(w http.ResponseWriter, r *http.Request, status int) {
	r.Header.Del(serviceHeader)
	w.WriteHeader(status)
}

// leaves says whether a part of the path is a dot segment for a server that decodes it.
func leaves(path string) bool {
	decoded, err := url.PathUnescape(path)
	if err != nil {
		return true
	}
	parts := strings.FieldsFunc(decoded, func(char rune) bool { return char == '/' || char == '\\' })
	for _, part := range parts {
		part, _, _ = strings.Cut(part, ";")
		if part == "." || part == ".." {
			return true
		}
	}
	return false
}
