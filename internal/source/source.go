// Package source is the shops and databases outside from which the people of the
// customer file are pulled: where each one is, which of its columns are taken as
// which field, when it is read, and how that went the last time.
//
// Sources are read and never written to. What comes from one goes the way of every
// import. The rules here are pure; package fetch does the reading.
package source

import (
	"iter"
	"time"

	"clepsydra/internal/contact"
	"clepsydra/internal/fault"
	"clepsydra/internal/firm"
)

// ID identifies a source: a UUIDv7.
type ID string

// Kind is what a source speaks.
type Kind string

// The kinds.
const (
	Postgres Kind = "postgres"
	MySQL    Kind = "mysql" // MariaDB as well
	HTTP     Kind = "http"  // JSON, page by page
)

// Kinds lists the kinds in the order a form offers them.
func Kinds() []Kind { return []Kind{HTTP, MySQL, Postgres} }

// Security says how the connection to a database is protected.
type Security string

// The ways. None is only for this machine and for private networks.
const (
	Verified  Security = "verify"  // encrypted, and the certificate proves who answers
	Encrypted Security = "encrypt" // encrypted, whoever answers
	Plain     Security = "none"
)

// Securities lists the ways in the order a form offers them.
func Securities() []Security { return []Security{Verified, Encrypted, Plain} }

// Source is one shop or database outside.
type Source struct {
	ID   ID
	Name string
	Kind Kind

	// Of a database.
	Host     string
	Port     int // 0: the usual one
	Database string
	User     string
	Security Security
	CA       string // certificates to trust besides those of the machine, PEM
	Query    string // one SELECT

	// Of HTTP.
	URL    string
	Header string // name of the header that carries the secret; empty: none
	Items  string // where the list is, such as data.customers; empty: the whole answer
	Paging Paging

	Secret firm.Secret // password, or the value of Header

	Mapping  map[string]contact.Field // by heading; columns not in it are recognised
	Country  string                   // of people whose country is not stated
	Language string                   // of people whose language is not stated
	Leads    bool                     // what it states replaces what is known
	Schedule Schedule

	State     State
	CreatedAt time.Time
	ChangedAt time.Time // of its settings
}

// State is how a source stands. It is written by the program itself.
type State struct {
	SlotAt  time.Time // the latest turn of the schedule that was put to work
	AskedAt time.Time // when the pull that is under way was asked for; zero: none is
	LastAt  time.Time // when it was last read to an end, well or not; zero: never
	GoodAt  time.Time // when it last went well
	Code    string    // why the last pull failed; empty: it went well
	Stopped bool      // the schedule waits until somebody mends the settings
	Told    bool      // somebody was told of the failure

	ImportID  contact.ImportID // of the last pull that took people over
	Unchanged bool             // the last pull found the very rows of the one before
	New       int
	Known     int
	Filled    int
	Changed   int
	Refused   int
	Gone      int // people of earlier pulls who were not in the last one
}

// IsBusy reports whether a pull is waiting or at work. One that was asked for a day
// ago was lost.
func (s State) IsBusy(now time.Time) bool {
	return !s.AskedAt.IsZero() && now.Sub(s.AskedAt) < 24*time.Hour
}

// Rest says that no pull is under way any more.
func (s *State) Rest() { s.AskedAt = time.Time{} }

// Good notes a pull that went well. unchanged says that it found nothing new.
func (s *State) Good(now time.Time, unchanged bool) {
	s.Rest()
	s.LastAt, s.GoodAt, s.Code, s.Stopped, s.Told, s.Unchanged = now, now, "", false, false, unchanged
}

// Bad notes a pull that failed. What only somebody can mend stops the schedule.
func (s *State) Bad(now time.Time, f *Failure) {
	s.Rest()
	s.LastAt, s.Code, s.Told = now, f.Code, true
	s.Stopped = s.Stopped || f.Class == Final
}

// Table is what a source holds. Rows are read while they are ranged over, once;
// headings are complete after the last one, and rows may be shorter.
type Table struct {
	Rows     iter.Seq2[[]string, error]
	Headings func() []string
}

// The refusals.
var (
	ErrNotFound    = fault.New(fault.NotFound, "source.not_found")
	ErrName        = fault.New(fault.Invalid, "source.name_missing").At("name")
	ErrNameLong    = fault.New(fault.Invalid, "source.name_too_long").At("name")
	ErrNameTaken   = fault.New(fault.Conflict, "source.name_taken").At("name")
	ErrKind        = fault.New(fault.Invalid, "source.kind_unknown").At("kind")
	ErrHost        = fault.New(fault.Invalid, "source.host_missing").At("host")
	ErrHostLocal   = fault.New(fault.Invalid, "source.host_forbidden").At("host")
	ErrPort        = fault.New(fault.Invalid, "source.port_wrong").At("port")
	ErrDatabase    = fault.New(fault.Invalid, "source.database_missing").At("database")
	ErrUser        = fault.New(fault.Invalid, "source.user_missing").At("user")
	ErrSecurity    = fault.New(fault.Invalid, "source.security_needed").At("security")
	ErrCA          = fault.New(fault.Invalid, "source.ca_unreadable").At("ca")
	ErrQuery       = fault.New(fault.Invalid, "source.query_missing").At("query")
	ErrQueryReads  = fault.New(fault.Invalid, "source.query_not_select").At("query")
	ErrQueryMany   = fault.New(fault.Invalid, "source.query_several").At("query")
	ErrURL         = fault.New(fault.Invalid, "source.url_wrong").At("url")
	ErrURLPlain    = fault.New(fault.Invalid, "source.url_not_https").At("url")
	ErrURLLocal    = fault.New(fault.Invalid, "source.url_forbidden").At("url")
	ErrURLSecret   = fault.New(fault.Invalid, "source.url_holds_password").At("url")
	ErrHeader      = fault.New(fault.Invalid, "source.header_wrong").At("header")
	ErrSecret      = fault.New(fault.Invalid, "source.secret_missing").At("secret")
	ErrSecretAgain = fault.New(fault.Invalid, "source.secret_again").At("secret")
	ErrItems       = fault.New(fault.Invalid, "source.items_wrong").At("items")
	ErrPaging      = fault.New(fault.Invalid, "source.paging_unknown").At("paging")
	ErrPageParam   = fault.New(fault.Invalid, "source.page_param_missing").At("page_param")
	ErrPageSize    = fault.New(fault.Invalid, "source.page_size_wrong").At("page_size")
	ErrCursor      = fault.New(fault.Invalid, "source.cursor_missing").At("cursor")
	ErrSchedule    = fault.New(fault.Invalid, "source.schedule_unknown").At("every")
	ErrClock       = fault.New(fault.Invalid, "source.clock_wrong").At("clock")
	ErrBusy        = fault.New(fault.Conflict, "source.busy")
)

// Succeed makes s the new settings of old: its identity and what became of it stay,
// the secret too unless a new one was typed. The schedule begins anew. It fails with
// ErrSecretAgain when a stored secret would be sent to another place.
func (s *Source) Succeed(old Source, now time.Time) error {
	if s.Secret == "" && old.Secret != "" && (s.Kind != HTTP || s.Header != "") {
		if !s.SamePlace(old) {
			return ErrSecretAgain
		}
		s.Secret = old.Secret
	}
	s.CreatedAt, s.State = old.CreatedAt, old.State
	s.State.SlotAt, s.State.Stopped, s.State.Told = now, false, false
	return nil
}
