package source

import (
	"errors"
	"time"

	"clepsydra/internal/fault"
)

// Class says what to do about a failed pull.
type Class int

// The classes.
const (
	Passing Class = iota // may pass: try again
	Waiting              // the other side asks to wait
	Final                // somebody has to mend the settings
)

// Codes of failures. source.fail_<code> says what happened and what to do.
const (
	CodeNetwork   = "network"    // nobody answers
	CodeSlow      = "slow"       // took longer than is waited for
	CodeBusy      = "busy"       // the other side asks to wait
	CodeServer    = "server"     // the other side is broken
	CodeAuth      = "auth"       // user, password or key refused
	CodeRights    = "rights"     // may not read that
	CodeDatabase  = "database"   // no such database
	CodeQuery     = "query"      // the query is wrong
	CodeWrites    = "writes"     // the query wants to write
	CodeTLS       = "tls"        // the certificate proves nothing
	CodeNoTLS     = "no_tls"     // the other side cannot encrypt
	CodePlain     = "plain"      // it would travel readable
	CodeForbidden = "forbidden"  // an address that is never read
	CodeMissing   = "missing"    // no such page
	CodeRefused   = "refused"    // any other answer that says no
	CodeRedirect  = "redirected" // leads to another host
	CodeNotJSON   = "not_json"   // a web page, or broken
	CodeItems     = "items"      // the list is not where it should be
	CodeLoop      = "loop"       // the same page again
	CodePages     = "pages"      // more pages than are read
	CodeLarge     = "large"      // more rows or bytes than are read
	CodeEmpty     = "empty"      // nobody in it
	CodeNobody    = "nobody"     // rows, but nobody who can be taken
	CodeSetup     = "setup"      // the settings cannot be used
	CodeOther     = "other"
)

// Codes lists every code.
func Codes() []string {
	return []string{
		CodeNetwork, CodeSlow, CodeBusy, CodeServer, CodeAuth, CodeRights, CodeDatabase, CodeQuery, CodeWrites, CodeTLS, CodeNoTLS,
		CodePlain, CodeForbidden, CodeMissing, CodeRefused, CodeRedirect, CodeNotJSON, CodeItems, CodeLoop, CodePages, CodeLarge,
		CodeEmpty, CodeNobody, CodeSetup, CodeOther,
	}
}

// Failure is why a source could not be read. Detail is what the other side said
// about a query, for whoever tries it and nobody else: it names tables and columns
// and is neither stored nor logged. After is how long the other side asks to wait.
// Err is the cause as a text without values.
type Failure struct {
	Class  Class
	Code   string
	Detail string
	After  time.Duration
	Err    error
}

// Fail makes a failure.
func Fail(class Class, code string, err error) *Failure {
	return &Failure{Class: class, Code: code, Err: err}
}

// Error names the code only: causes may quote values.
func (f *Failure) Error() string { return "source: " + f.Code }

// Unwrap gives the cause.
func (f *Failure) Unwrap() error { return f.Err }

// FailureOf finds what failed. Files that cannot be read are final; what nobody
// foresaw may pass.
func FailureOf(err error) *Failure {
	var f *Failure
	switch {
	case errors.As(err, &f):
		return f
	case fault.KindOf(err) == fault.TooLarge:
		return Fail(Final, CodeLarge, err)
	case fault.KindOf(err) == fault.Internal:
		return Fail(Passing, CodeOther, err)
	}
	return Fail(Final, CodeOther, err)
}

// Shown is the failure as words for whoever tries a source.
func (f *Failure) Shown() *fault.Error {
	return fault.New(fault.Unavailable, "source.fail_"+f.Code).Because(f)
}
