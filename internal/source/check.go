package source

import (
	"crypto/x509"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"clepsydra/internal/fault"
)

// maxName is the longest name, in characters.
const maxName = 80

var (
	headerShape = regexp.MustCompile("^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,60}$")
	pathShape   = regexp.MustCompile(`^[^.\s]+(\.[^.\s]+)*$`)
)

// Check says what is missing or wrong, each at its field; nil when it can be read.
func (s Source) Check() error {
	var l fault.List
	switch {
	case strings.TrimSpace(s.Name) == "":
		l.Add(ErrName)
	case utf8.RuneCountInString(s.Name) > maxName:
		l.Add(ErrNameLong.With("Max", maxName))
	}
	switch s.Kind {
	case Postgres, MySQL:
		s.checkDatabase(&l)
	case HTTP:
		s.checkHTTP(&l)
	default:
		l.Add(ErrKind)
	}
	l.Add(s.Schedule.check())
	return l.OrNil()
}

func (s Source) checkDatabase(l *fault.List) {
	switch reach := reachOf(s.Host); {
	case s.Host == "" || strings.ContainsAny(s.Host, " /@:") && !isIP(s.Host):
		l.Add(ErrHost)
	case reach == forbidden:
		l.Add(ErrHostLocal)
	case s.Security == Plain && reach == public:
		l.Add(ErrSecurity)
	}
	if s.Port < 0 || s.Port > 65535 {
		l.Add(ErrPort)
	}
	if s.Database == "" {
		l.Add(ErrDatabase)
	}
	if s.User == "" {
		l.Add(ErrUser)
	}
	if !slices.Contains(Securities(), s.Security) {
		l.Add(ErrSecurity)
	}
	if s.CA != "" && !x509.NewCertPool().AppendCertsFromPEM([]byte(s.CA)) {
		l.Add(ErrCA)
	}
	l.Add(checkQuery(s.Query))
}

func (s Source) checkHTTP(l *fault.List) {
	l.Add(checkURL(s.URL))
	if s.Header != "" && !headerShape.MatchString(s.Header) {
		l.Add(ErrHeader)
	}
	if s.Header != "" && s.Secret == "" {
		l.Add(ErrSecret)
	}
	if s.Items != "" && !pathShape.MatchString(s.Items) {
		l.Add(ErrItems)
	}
	s.Paging.check(l)
}

// checkURL lets https through, and http to this machine only: passwords and
// customers would travel readable for everybody.
func checkURL(text string) *fault.Error {
	u, err := url.Parse(text)
	if err != nil || u.Hostname() == "" || u.Opaque != "" || u.Scheme != "http" && u.Scheme != "https" {
		return ErrURL
	}
	switch reach := reachOf(u.Hostname()); {
	case u.User != nil:
		return ErrURLSecret
	case reach == forbidden:
		return ErrURLLocal
	case u.Scheme == "http" && reach != loopback:
		return ErrURLPlain
	}
	return nil
}

func isIP(host string) bool {
	_, err := netip.ParseAddr(host)
	return err == nil
}

// SamePlace reports whether two sources send their secret to the same place. When
// it is another, the secret has to be typed again: nobody who may only change
// settings can have a stored password sent to a machine of his own.
func (s Source) SamePlace(o Source) bool {
	if s.Kind != o.Kind {
		return false
	}
	if s.Kind == HTTP {
		a, errA := url.Parse(s.URL)
		b, errB := url.Parse(o.URL)
		return errA == nil && errB == nil && a.Scheme == b.Scheme && strings.EqualFold(a.Host, b.Host) && s.Header == o.Header
	}
	return strings.EqualFold(s.Host, o.Host) && s.PortOr() == o.PortOr() && s.Security == o.Security && s.CA == o.CA
}

// PortOr is the port, or the usual one of the kind.
func (s Source) PortOr() int {
	switch {
	case s.Port != 0:
		return s.Port
	case s.Kind == MySQL:
		return 3306
	}
	return 5432
}
