package alert

import (
	"net/url"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"clepsydra/internal/fault"
)

// ErrNotAllowed says that a field of an alert holds something that may not leave
// the house: it does not look like a code, a reference or a pack's title.
var ErrNotAllowed = fault.New(fault.Invalid, "alert.not_allowed")

// maxTitle is the longest title of a rule pack, in characters. A sentence that
// somebody typed is usually longer.
const maxTitle = 120

// The shapes. They are compiled once and only read.
var (
	referenceShape = regexp.MustCompile(`^[A-Z]{2,10}-[0-9]{4}-[0-9]{1,8}$`)
	codeShape      = regexp.MustCompile(`^[a-z][a-z0-9_.\-]{0,63}$`)
	idShape        = regexp.MustCompile(`^[A-Za-z0-9_:\-]{1,200}$`)
	digitsShape    = regexp.MustCompile(`[0-9](?:[ .\-/]?[0-9]){6,}`)
)

// Check refuses an alert that holds anything but allowed fields in their expected
// shape (rule: chat carries no personal data). Senders call it before anything
// leaves the process. The error wraps ErrNotAllowed and names the field, never
// its content.
func (a Alert) Check() error {
	if a.Kind == "" || !codeShape.MatchString(string(a.Kind)) {
		return ErrNotAllowed.At("kind")
	}
	if a.Reference != "" && !referenceShape.MatchString(a.Reference) || a.Reference == "" && a.Kind != Test && a.Kind != Watch && a.Kind != SourceFailed {
		return ErrNotAllowed.At("reference")
	}
	if err := a.checkCodes(); err != nil {
		return err
	}
	if !isTitle(a.Scenario) {
		return ErrNotAllowed.At("scenario")
	}
	if !isTitle(a.DutyName) {
		return ErrNotAllowed.At("duty_name")
	}
	if !isLink(a.Link) {
		return ErrNotAllowed.At("link")
	}
	return nil
}

// checkCodes checks the fields that hold codes and identifiers.
func (a Alert) checkCodes() error {
	codes := map[string]string{"status": a.Status, "risk": a.Risk, "duty": a.Duty, "rung": a.Rung, "reader": a.Reader}
	for field, code := range codes {
		if code != "" && !codeShape.MatchString(code) {
			return ErrNotAllowed.At(field)
		}
	}
	for field, list := range map[string][]string{"missing": a.Missing, "asked": a.Asked, "asks": a.Asks} {
		for _, code := range list {
			if !codeShape.MatchString(code) {
				return ErrNotAllowed.At(field)
			}
		}
	}
	if a.AcknowledgeID != "" && !idShape.MatchString(a.AcknowledgeID) {
		return ErrNotAllowed.At("acknowledge_id")
	}
	return nil
}

// isTitle reports whether s can be the title of a rule pack: short, one line, no
// mail address, no number long enough to be a phone, account or national number.
func isTitle(s string) bool {
	if utf8.RuneCountInString(s) > maxTitle || strings.Contains(s, "@") || digitsShape.MatchString(s) {
		return false
	}
	return !strings.ContainsFunc(s, unicode.IsControl)
}

// isLink reports whether s is empty or a plain web address without credentials
// and without a query, where personal data would hide.
func isLink(s string) bool {
	if s == "" {
		return true
	}
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" {
		return false
	}
	return u.Scheme == "https" || u.Scheme == "http"
}
