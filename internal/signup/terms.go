package signup

import (
	"bytes"
	"fmt"
	"time"

	"github.com/goccy/go-yaml"

	"clepsydra/internal/contact"
	"clepsydra/workflows"
)

// termsFile is the choices that sign-ups follow, as data.
const termsFile = "record/signup.yaml"

// Terms are how long links work. Every figure has its reason in the file.
type Terms struct {
	ConfirmDays     int // the mail that asks to confirm
	PreferenceHours int // the link to everything about oneself
	AnswerDays      int // proposed time to answer a re-permission mail
}

// LoadTerms reads the shipped terms.
func LoadTerms() (Terms, error) {
	text, err := workflows.FS.ReadFile(termsFile)
	if err != nil {
		return Terms{}, fmt.Errorf("signup: %w", err)
	}
	type reasoned struct {
		Days  int    `yaml:"days"`
		Hours int    `yaml:"hours"`
		Why   string `yaml:"why"`
	}
	var file struct {
		Version   string   `yaml:"version"`
		Source    string   `yaml:"source"`
		Seen      string   `yaml:"seen"`
		Certainty string   `yaml:"certainty"`
		Confirm   reasoned `yaml:"confirm_link"`
		Prefs     reasoned `yaml:"preferences_link"`
		Answer    reasoned `yaml:"repermission_answer"`
	}
	if err := yaml.NewDecoder(bytes.NewReader(text), yaml.Strict()).Decode(&file); err != nil {
		return Terms{}, fmt.Errorf("signup: %s: %w", termsFile, err)
	}
	t := Terms{
		ConfirmDays: file.Confirm.Days, PreferenceHours: file.Prefs.Hours, AnswerDays: file.Answer.Days,
	}
	if t.ConfirmDays < 1 || t.PreferenceHours < 1 || t.AnswerDays < 1 {
		return Terms{}, fmt.Errorf("signup: %s: a term is missing", termsFile)
	}
	return t, nil
}

// IsTooYoung reports whether somebody born then may not agree by himself on that day,
// where people may from an age in years (Art. 8 GDPR). On his birthday he may. An
// unknown birth date is not too young.
func IsTooYoung(born contact.Date, years int, today contact.Date) bool {
	return !born.IsZero() && born.AddYears(years).After(today)
}

// ConfirmUntil is when the link of a sign-up made at now stops.
func (t Terms) ConfirmUntil(now time.Time) time.Time { return now.AddDate(0, 0, t.ConfirmDays) }

// PreferencesUntil is when a link to somebody's preferences sent at now stops.
func (t Terms) PreferencesUntil(now time.Time) time.Time {
	return now.Add(time.Duration(t.PreferenceHours) * time.Hour)
}
