// Package firm is the organisation that uses the program: who it is, which
// authority it answers to, who leads when data leak, how its letters look and
// through which channels its people are reached. There is one.
package firm

import (
	"crypto/rand"
	"encoding/base32"
	"strings"
	"time"

	"clepsydra/internal/fault"
)

// Firm is the organisation. LeadID, DeputyID and LastResortID are accounts; the
// last resort is who is asked when neither of the others answers.
type Firm struct {
	Name          string
	Street        string
	Postcode      string
	City          string
	Country       string // ISO 3166-1 alpha-2
	Zone          string // such as Europe/Brussels
	Email         string
	Phone         string
	Website       string
	CompanyNumber string
	Sector        string // private or public
	Size          string // micro, sme, large or other
	Language      string // of the house
	Languages     []string
	AuthorityID   string
	LeadID        string
	DeputyID      string
	LastResortID  string
	DPOName       string
	DPOEmail      string
	DPOPhone      string
	ContactPoint  ContactPoint
	Logo          []byte // PNG or JPEG, for letters
	ReportToken   string // secret of the report link
	BaseURL       string // where people reach the program
	Slack         Slack
	SMTP          SMTP
	Laws          Laws
	UpdatedAt     time.Time
}

// ContactPoint is whom customers and the authority may ask (Art. 33(3)(b)). It is
// not a contact of the customer file.
type ContactPoint struct{ Name, Email, Phone string }

// Slack are the settings of the chat. APIURL is empty except for a server of our
// own in tests and the demonstration.
type Slack struct {
	BotToken      Secret
	Channel       string
	SigningSecret Secret
	APIURL        string
}

// IsSet reports whether the chat can be used.
func (s Slack) IsSet() bool { return s.BotToken != "" && s.Channel != "" }

// SMTP are the settings of the mail server. TLS is mandatory, opportunistic or
// none.
type SMTP struct {
	Host     string
	Port     int
	User     string
	Password Secret
	From     string
	TLS      string
}

// IsSet reports whether mail can be sent.
func (s SMTP) IsSet() bool { return s.Host != "" && s.From != "" }

// Secret is a text that prints as a mask.
type Secret string

// String hides the secret.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return "••••••••"
}

// GoString hides the secret.
func (s Secret) GoString() string { return s.String() }

// Named refusals.
var (
	ErrNotSetUp  = fault.New(fault.NotFound, "firm.not_set_up")
	ErrName      = fault.New(fault.Invalid, "firm.name_missing")
	ErrCountry   = fault.New(fault.Invalid, "firm.country_unknown")
	ErrZone      = fault.New(fault.Invalid, "firm.zone_unknown")
	ErrLanguage  = fault.New(fault.Invalid, "firm.language_unknown")
	ErrAuthority = fault.New(fault.Invalid, "firm.authority_missing")
)

// Location returns the firm's zone; UTC for one that cannot be loaded, which
// Check does not let in.
func (f Firm) Location() *time.Location {
	loc, err := time.LoadLocation(f.Zone)
	if err != nil || f.Zone == "" {
		return time.UTC
	}
	return loc
}

// Check says what is missing or wrong.
func (f Firm) Check() error {
	var l fault.List
	if strings.TrimSpace(f.Name) == "" {
		l.Add(ErrName.At("name"))
	}
	if ZoneOf(f.Country) == "" {
		l.Add(ErrCountry.At("country"))
	}
	if _, err := time.LoadLocation(f.Zone); err != nil || f.Zone == "" {
		l.Add(ErrZone.At("zone"))
	}
	switch f.Language {
	case "nl", "fr", "de", "en":
	default:
		l.Add(ErrLanguage.At("language"))
	}
	if f.AuthorityID == "" {
		l.Add(ErrAuthority.At("authority"))
	}
	return l.OrNil()
}

// Countries are those whose holidays and authority the program knows.
func Countries() []string { return []string{"BE", "NL", "FR", "DE", "LU", "IE"} }

// ZoneOf returns the zone of a country; empty for one that is not known.
func ZoneOf(country string) string {
	switch country {
	case "BE":
		return "Europe/Brussels"
	case "NL":
		return "Europe/Amsterdam"
	case "FR":
		return "Europe/Paris"
	case "DE":
		return "Europe/Berlin"
	case "LU":
		return "Europe/Luxembourg"
	case "IE":
		return "Europe/Dublin"
	}
	return ""
}

// NewReportToken makes the secret of a report link: short enough to be typed from
// a poster, long enough not to be guessed (80 bits).
func NewReportToken() string {
	b := make([]byte, 10)
	rand.Read(b) // never fails (crypto/rand)
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b))
}
