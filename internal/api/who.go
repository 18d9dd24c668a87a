package api

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"verbale/internal/login"
	"verbale/internal/org"
	"verbale/internal/problem"
	"verbale/internal/store"
)

// caller is who asks: the request, the company it is for, and the person, who
// is nobody in calls without a session.
type caller struct {
	request *http.Request
	tenant  *store.Tenant // nil if the company is not known
	actor   org.Actor
}

type callerKey struct{}

func from(ctx context.Context) caller { return ctx.Value(callerKey{}).(caller) }

var errWhichCompany = problem.New(problem.NotFound, "company.unknown", "This address belongs to no company on this server. Use your company's own address, or a link from it.")

// identify finds out who asks, for operations described to huma.
func (s *Server) identify(ctx huma.Context, next func(huma.Context)) {
	r, w := humago.Unwrap(ctx)
	c, err := s.who(r, len(ctx.Operation().Security) > 0)
	if err != nil {
		writeProblem(w, err)
		return
	}
	next(huma.WithContext(ctx, context.WithValue(ctx.Context(), callerKey{}, c)))
}

// raw serves a call that huma does not decode, for a signed-in person.
func (s *Server) raw(f func(w http.ResponseWriter, r *http.Request, c caller) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		c, err := s.who(r, true)
		if err == nil {
			err = f(w, r, c)
		}
		if err != nil {
			writeProblem(w, err)
		}
	}
}

// who finds the company, and the person if there must be one.
func (s *Server) who(r *http.Request, mustSignIn bool) (c caller, err error) {
	c.request = r
	company, secret := s.credential(r)
	name, err := s.companyOf(r, company)
	if err != nil {
		if mustSignIn {
			return c, err
		}
		return c, nil
	}
	if c.tenant, err = s.Store.Tenant(r.Context(), name); err != nil {
		return c, err
	}
	if !mustSignIn {
		return s.withoutSession(c, company, secret)
	}
	// A credential of one company is worth nothing at another's address.
	if secret == "" || company != name {
		return c, login.ErrSignedOut
	}
	if c.actor, err = login.Authenticate(r.Context(), c.tenant, secret); err != nil {
		return c, err
	}
	if !s.limiters.person(name, c.actor.Person) {
		return c, errSlower
	}
	return c, nil
}

// withoutSession keeps the company that a call without a session is for, but
// not one that only its own credential names, unless that is good: else the
// names of companies could be tried out.
func (s *Server) withoutSession(c caller, company, secret string) (caller, error) {
	if company != c.tenant.Name() || len(s.Store.Tenants()) == 1 || s.Store.ByHost(hostOnly(c.request.Host)) != "" {
		return c, nil
	}
	_, err := login.Authenticate(c.request.Context(), c.tenant, secret)
	if errors.Is(err, login.ErrSignedOut) || errors.Is(err, login.ErrEnded) {
		c.tenant, err = nil, nil
	}
	return c, err
}

// companyOf finds the company: by the host that it has claimed, by the
// credential, or because there is only one.
func (s *Server) companyOf(r *http.Request, credential string) (string, error) {
	host := hostOnly(r.Host)
	s.Store.Meet(r.Context(), host, credential)
	if name := s.Store.ByHost(host); name != "" {
		return name, nil
	}
	names := s.Store.Tenants()
	for _, name := range names {
		if name == credential {
			return name, nil
		}
	}
	if len(names) == 1 {
		return names[0], nil
	}
	if credential != "" {
		return "", login.ErrSignedOut
	}
	return "", errWhichCompany
}

// credential reads the token or the cookie of a request. Over TLS the cookie
// without the prefix counts for nothing: a neighbouring host may have set it.
func (s *Server) credential(r *http.Request) (company, secret string) {
	if h := r.Header.Get("Authorization"); h != "" {
		token, ok := strings.CutPrefix(h, "Bearer ")
		if !ok || !strings.HasPrefix(token, login.TokenPrefix) {
			return "", ""
		}
		return login.SplitToken(token)
	}
	name := plainCookie
	if s.secure(r) {
		name = secureCookie
	}
	if c, err := r.Cookie(name); err == nil {
		return login.SplitToken(c.Value)
	}
	return "", ""
}

// The session's cookie. The __Host- prefix makes browsers refuse it from
// anybody but this host over TLS; without TLS there is no such protection.
const (
	secureCookie = "__Host-verbale"
	plainCookie  = "verbale"
	cookieLife   = 400 * 24 * time.Hour // browsers keep none longer
)

func (s *Server) cookie(r *http.Request, value string, life time.Duration) http.Cookie {
	c := http.Cookie{Name: plainCookie, Value: value, Path: "/", MaxAge: int(life.Seconds()), HttpOnly: true, SameSite: http.SameSiteLaxMode}
	if s.secure(r) {
		c.Name, c.Secure = secureCookie, true
	}
	return c
}

// secure tells whether the person's browser speaks TLS with us, or with the
// proxy in front of us.
func (s *Server) secure(r *http.Request) bool {
	if s.PublicURL != nil {
		return s.PublicURL.Scheme == "https"
	}
	return r.TLS != nil || s.viaProxy(r) && r.Header.Get("X-Forwarded-Proto") == "https"
}

// base is the address that links begin with.
func (s *Server) base(r *http.Request) string {
	scheme := "http"
	if s.secure(r) {
		scheme = "https"
	}
	if s.PublicURL != nil && s.Store.ByHost(hostOnly(r.Host)) == "" {
		return strings.TrimSuffix(s.PublicURL.String(), "/")
	}
	return scheme + "://" + r.Host
}

func hostOnly(host string) string {
	if h, _, err := net.SplitHostPort(host); err == nil {
		return h
	}
	return host
}

func (s *Server) viaProxy(r *http.Request) bool {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return false
	}
	for _, p := range s.TrustedProxies {
		if p.Contains(peer.Addr().Unmap()) {
			return true
		}
	}
	return false
}

// address is whom a request comes from, for limits.
func (s *Server) address(r *http.Request) string {
	if s.viaProxy(r) {
		hops := strings.Split(r.Header.Get("X-Forwarded-For"), ",")
		if last, err := netip.ParseAddr(strings.TrimSpace(hops[len(hops)-1])); err == nil {
			return last.Unmap().String()
		}
	}
	return hostOnly(r.RemoteAddr)
}

// deviceName names a browser as a person would.
func deviceName(r *http.Request) string {
	agent := r.UserAgent()
	pick := func(table [][2]string) string {
		for _, row := range table {
			if strings.Contains(agent, row[0]) {
				return row[1]
			}
		}
		return ""
	}
	browser := pick([][2]string{{"Edg/", "Edge"}, {"OPR/", "Opera"}, {"Firefox/", "Firefox"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"}})
	system := pick([][2]string{{"Android", "Android"}, {"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Windows", "Windows"}, {"Mac OS X", "Mac"}, {"CrOS", "ChromeOS"}, {"Linux", "Linux"}})
	switch {
	case browser != "" && system != "":
		return browser + " · " + system
	case browser+system != "":
		return browser + system
	}
	return "Browser"
}
