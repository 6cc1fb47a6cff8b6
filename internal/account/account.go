// Package account is the people who sign in: their roles and what each may do,
// passwords, sessions that can be ended, invitations and the first setup. They
// are never the people whose data the firm keeps.
package account

import (
	"net/mail"
	"strings"
	"time"

	"clepsydra/internal/fault"
)

// ID identifies an account (UUIDv7).
type ID string

// Role says what somebody is here for.
type Role string

// The roles.
const (
	Reporter      Role = "reporter"
	Handler       Role = "handler"
	Manager       Role = "manager"
	DPO           Role = "dpo"
	Auditor       Role = "auditor"
	Administrator Role = "administrator"
)

// Roles lists them in the order in which they are offered.
func Roles() []Role {
	return []Role{Reporter, Handler, Manager, DPO, Auditor, Administrator}
}

// Valid reports whether r is one of the roles.
func (r Role) Valid() bool {
	for _, k := range Roles() {
		if r == k {
			return true
		}
	}
	return false
}

// Permission is something that a role may do.
type Permission string

// The permissions.
const (
	SeeBoard       Permission = "see_board"       // board and incidents
	HandleIncident Permission = "handle_incident" // notes, tasks, evidence, drafts
	Decide         Permission = "decide"          // triage, awareness, risk, filing, waiver, closing, approvals
	SeeRegister    Permission = "see_register"
	SeeContacts    Permission = "see_contacts"
	EditContacts   Permission = "edit_contacts"
	SeeLog         Permission = "see_log" // who looked at whom
	EditSettings   Permission = "edit_settings"
	EditAccounts   Permission = "edit_accounts"
)

// Permissions lists all of them.
func Permissions() []Permission {
	return []Permission{SeeBoard, HandleIncident, Decide, SeeRegister, SeeContacts, EditContacts, SeeLog, EditSettings, EditAccounts}
}

// Can reports whether the role may do p. A manager is who decides; the DPO
// advises and sees all but decides nothing (Art. 38(6) GDPR); the administrator
// keeps the program running and may stand in for the manager of a small firm.
func (r Role) Can(p Permission) bool {
	switch r {
	case Administrator:
		return true
	case Manager:
		return p != EditAccounts
	case DPO:
		return p == SeeBoard || p == HandleIncident || p == SeeRegister || p == SeeContacts || p == SeeLog
	case Handler:
		return p == SeeBoard || p == HandleIncident || p == SeeContacts || p == EditContacts
	case Auditor:
		return p == SeeBoard || p == SeeRegister || p == SeeLog
	}
	return false
}

// Account is somebody who signs in.
type Account struct {
	ID          ID
	Name        string
	Email       string
	Role        Role
	Language    string
	SlackUserID string
	DisabledAt  time.Time
	CreatedAt   time.Time
}

// IsDisabled reports whether the account may not be used any more.
func (a Account) IsDisabled() bool { return !a.DisabledAt.IsZero() }

// Initials are up to two letters that stand for the person.
func (a Account) Initials() string {
	out := ""
	words := strings.Fields(a.Name)
	for k, w := range words {
		if k == 0 || k == len(words)-1 {
			out += strings.ToUpper(string([]rune(w)[:1]))
		}
	}
	return out
}

// Named refusals.
var (
	ErrNotFound    = fault.New(fault.NotFound, "account.not_found")
	ErrName        = fault.New(fault.Invalid, "account.name_missing")
	ErrEmail       = fault.New(fault.Invalid, "account.email_invalid")
	ErrEmailTaken  = fault.New(fault.Conflict, "account.email_taken")
	ErrRole        = fault.New(fault.Invalid, "account.role_unknown")
	ErrSignIn      = fault.New(fault.Unauthorized, "account.sign_in_failed")
	ErrThrottled   = fault.New(fault.TooMany, "account.throttled")
	ErrLink        = fault.New(fault.NotFound, "account.link_expired")
	ErrNotSignedIn = fault.New(fault.Unauthorized, "account.not_signed_in")
	ErrForbidden   = fault.New(fault.Forbidden, "account.forbidden")
	ErrLastAdmin   = fault.New(fault.Conflict, "account.last_administrator")
	ErrSetUp       = fault.New(fault.Conflict, "account.set_up_already")
)

// Check says what is wrong with an account and tidies the rest.
func (a *Account) Check() error {
	var l fault.List
	a.Name, a.Email = strings.TrimSpace(a.Name), strings.ToLower(strings.TrimSpace(a.Email))
	if a.Name == "" {
		l.Add(ErrName.At("name"))
	}
	if addr, err := mail.ParseAddress(a.Email); err != nil || addr.Address != a.Email {
		l.Add(ErrEmail.At("email"))
	}
	if !a.Role.Valid() {
		l.Add(ErrRole.At("role"))
	}
	return l.OrNil()
}

// Session is one browser in which somebody is signed in.
type Session struct {
	ID        string
	AccountID ID
	CSRF      string // token that every form of the session carries
	Browser   string
	StartedAt time.Time
	SeenAt    time.Time
	ExpiresAt time.Time
}

// How long a session lasts: at most a week, and twelve hours without a visit.
const (
	sessionLife = 7 * 24 * time.Hour
	sessionIdle = 12 * time.Hour
)

// IsLive reports whether the session may still be used.
func (s Session) IsLive(now time.Time) bool {
	return now.Before(s.ExpiresAt) && now.Sub(s.SeenAt) < sessionIdle
}
